internal import Foundation
internal import FoundationNetworking
import Machine

/// One HTTP request whose body is appended to a partial file as it arrives.
final class Transfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  // Sendable: the session calls its delegate on one serial queue, and `perform` reads the outcome after the
  // last call. The partial file is used by one transfer at a time.

  /// The result of a request.
  struct Outcome: Sendable {
    /// The HTTP status, 0 without a response.
    var status = 0
    /// The size of the whole file, `nil` when the response does not report it.
    var total: Int?
    /// The reason that the connection ended early.
    var interruption: String?
    /// An error after which further attempts are useless.
    var failure: Failure?
  }

  private let part: PartialFile
  private let address: String
  private let start: Int
  private let progress: @Sendable (Download.Progress) -> Void
  private var outcome = Outcome()
  private var continuation: CheckedContinuation<Outcome, Never>?

  init(
    into part: PartialFile, from address: String, resumingAt start: Int,
    _ progress: @escaping @Sendable (Download.Progress) -> Void
  ) {
    (self.part, self.address, self.start, self.progress) = (part, address, start, progress)
  }

  /// Sends the request and receives the complete response.
  func perform(_ request: URLRequest) async -> Outcome {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = 60  // without receiving any byte
    configuration.timeoutIntervalForResource = 7 * 24 * 3600
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = 1
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: queue)
    defer { session.finishTasksAndInvalidate() }
    return await withCheckedContinuation { continuation in
      self.continuation = continuation
      session.dataTask(with: request).resume()
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    // A redirect from https to http is refused.
    let isDowngrade = task.originalRequest?.url?.scheme == "https" && request.url?.scheme != "https"
    if isDowngrade {
      outcome.failure = Failure(
        .inputUnreadable, path: address, "the server redirects to an address that is not secure")
    }
    completionHandler(isDowngrade ? nil : request)
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    guard let response = response as? HTTPURLResponse, outcome.failure == nil else {
      return completionHandler(.cancel)
    }
    outcome.status = response.statusCode
    let range = ContentRange(response.value(forHTTPHeaderField: "Content-Range") ?? "")
    do throws(Failure) {
      switch response.statusCode {
      case 200:
        outcome.total = response.expectedContentLength >= 0 ? Int(response.expectedContentLength) : nil
        // A weak validator does not guarantee identical bytes.
        let validator = response.value(forHTTPHeaderField: "ETag").flatMap { $0.hasPrefix("W/") ? nil : $0 }
        try part.restart(from: address, validator: validator)
      case 206:
        outcome.total = range?.total
        guard range?.start == start, start > 0 else {
          try part.restart(from: address, validator: nil)
          outcome.interruption = "the server answered with another range than was asked for"
          return completionHandler(.cancel)
        }
      default:
        outcome.total = range?.total
        return completionHandler(.cancel)
      }
    } catch {
      outcome.failure = error
      return completionHandler(.cancel)
    }
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    guard outcome.failure == nil, outcome.status == 200 || outcome.status == 206 else { return }
    do throws(Failure) {
      // The closure of Data's own method does not preserve the error type.
      try data.withUnsafeBytes { bytes in
        Result { () throws(Failure) in try part.append(bytes) }
      }.get()
    } catch {
      outcome.failure = error
      dataTask.cancel()
    }
    progress(Download.Progress(received: part.count, total: outcome.total, retrying: nil))
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    if let error, outcome.interruption == nil {
      outcome.interruption = "the connection failed (\(error.localizedDescription))"
    }
    continuation?.resume(returning: outcome)
    continuation = nil
  }
}

/// The numbers of a `Content-Range` header: `bytes 5-9/10`, or `bytes */10` when the range was refused.
struct ContentRange: Equatable {
  let start: Int?
  let total: Int?

  init?(_ header: String) {
    guard header.hasPrefix("bytes ") else { return nil }
    let parts = header.dropFirst(6).split(separator: "/")
    guard parts.count == 2 else { return nil }
    start = parts[0].split(separator: "-").first.flatMap { Int($0) }
    total = Int(parts[1])
  }
}
