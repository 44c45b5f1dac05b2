public import Foundation
import Synchronization

/// A small HTTP/1.1 server on the loopback interface, which can simulate faults of servers and networks.
public final class HTTPServer: Sendable {
  /// The server's answer to one request.
  public struct Answer: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The header fields, without the length.
    public var headers: [String: String]
    /// The body.
    public var body: [UInt8]
    /// The length in the header; `nil` for the length of the body, negative for no length.
    public var statedLength: Int?
    /// The number of bytes of the body that the server sends before it cuts the connection; `nil` for all.
    public var cutAfter: Int?

    /// Creates an answer.
    public init(
      status: Int = 200, headers: [String: String] = [:], body: [UInt8] = [], statedLength: Int? = nil,
      cutAfter: Int? = nil
    ) {
      (self.status, self.headers, self.body) = (status, headers, body)
      (self.statedLength, self.cutAfter) = (statedLength, cutAfter)
    }
  }

  /// A request that the server received.
  public struct Request: Sendable {
    /// The requested path.
    public let path: String
    /// The header fields by lower-case name.
    public let headers: [String: String]

    /// The start of the requested range; `nil` for the whole file.
    public var rangeStart: Int? {
      headers["range"].flatMap {
        $0.hasPrefix("bytes=") && $0.hasSuffix("-") ? Int($0.dropFirst(6).dropLast()) : nil
      }
    }
  }

  private let descriptor: Int32
  private let port: UInt16
  private let log = Log()

  /// The log of requests. It is a separate object, so that the serving thread does not keep the server alive.
  private final class Log: Sendable {
    let requests = Mutex<[Request]>([])
  }

  /// The requests received so far.
  public var requests: [Request] { log.requests.withLock { $0 } }

  /// Listens on a free port and answers each request with the result of `answer`, given the number of the
  /// request.
  ///
  /// - Throws: The system's error when there is no free port.
  public init(_ answer: @escaping @Sendable (Int, Request) -> Answer) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
    self.descriptor = descriptor
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [log] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else {
          // Closed only here. If another thread closed the descriptor, the next server could get its number
          // just before this thread accepts, and this thread would answer that server's requests.
          close(descriptor)
          return
        }
        if let request = Self.read(connection) {
          let number = log.requests.withLock { requests in
            requests.append(request)
            return requests.count - 1
          }
          Self.send(answer(number, request), to: connection)
        }
        close(connection)
      }
    }
  }

  deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Returns the URL of a path on this server.
  ///
  /// - Throws: An error when the path is not valid in a URL.
  public func url(_ path: String = "/file") throws -> URL {
    guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else { throw POSIXError(.EINVAL) }
    return url
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard bytes.count < 65_536, recv(connection, &byte, 1, 0) == 1 else { return nil }
      bytes.append(byte)
    }
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    let path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    return Request(path: path, headers: headers)
  }

  private static func send(_ answer: Answer, to connection: Int32) {
    var head = "HTTP/1.1 \(answer.status) Status\r\nConnection: close\r\n"
    let length = answer.statedLength ?? answer.body.count
    if length >= 0 { head += "Content-Length: \(length)\r\n" }
    for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
    let body = answer.body.prefix(answer.cutAfter ?? answer.body.count)
    let bytes = Array((head + "\r\n").utf8) + body
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
    if answer.cutAfter != nil {
      // The connection is reset, as a broken one is, after the bytes sent have had time to arrive.
      shutdown(connection, Int32(SHUT_WR))
    }
  }
}

extension HTTPServer.Answer {
  /// Returns the answer of a correct server: the whole file, or the requested range if the validator still
  /// matches.
  public static func honest(_ file: [UInt8], _ request: HTTPServer.Request, etag: String? = "\"1\"") -> Self {
    var headers = ["Accept-Ranges": "bytes"]
    headers["ETag"] = etag
    let fits = request.headers["if-range"].map { $0 == etag } ?? true
    guard let start = request.rangeStart, fits else { return Self(headers: headers, body: file) }
    guard start < file.count else {
      headers["Content-Range"] = "bytes */\(file.count)"
      return Self(status: 416, headers: headers)
    }
    headers["Content-Range"] = "bytes \(start)-\(file.count - 1)/\(file.count)"
    return Self(status: 206, headers: headers, body: Array(file[start...]))
  }

  /// Returns the same answer, cut off after `count` bytes.
  public func cut(after count: Int) -> Self {
    var copy = self
    copy.cutAfter = count
    return copy
  }
}
