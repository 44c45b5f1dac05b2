import Foundation
import Machine
import TestSupport
import Testing

@testable import Checkpoints

@Suite("The program curl fetches, and whatever it does, the fetch ends with a sentence")
struct CurlTests {
  private static let file = Array("the weights".utf8)

  private let folder: TemporaryFolder
  private var target: String { folder("weights.pth") }

  init() throws { folder = try TemporaryFolder() }

  /// A program `curl` of a folder of its own, which takes what it is to do from standard input.
  private func download(
    _ url: URL, script: String, attempts: Int = 1, patience: Duration = .seconds(30)
  ) throws -> Download {
    let programs = folder("programs")
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    let source = try folder.write(Array("#!/bin/sh\n\(script)\n".utf8), to: "programs/source")
    // A process of its own writes it: what is open for writing here, processes that other tests start may hold for a
    // moment, and it could not be run.
    let copy = try Process.run(
      URL(filePath: "/usr/bin/install"), arguments: ["-m", "755", source, "\(programs)/curl"])
    copy.waitUntilExit()
    try #require(copy.terminationStatus == 0)
    var download = Download(
      url, to: target, expecting: .init(), attempts: attempts, backoff: .milliseconds(1))
    download.searchPath = "relative::/nowhere:\(programs)"
    download.patience = patience
    return download
  }

  private func fault(of download: Download) async throws -> Failure {
    let error = await #expect(throws: Failure.self) { try await download.run() }
    #expect(!FileManager.default.fileExists(atPath: target))
    return try #require(error)
  }

  private func secure() throws -> URL { try #require(URL(string: "https://127.0.0.1:1/file")) }

  @Test("A machine without curl is told the address and where the file belongs")
  func none() async throws {
    var download = Download(try secure(), to: target, expecting: .init())
    download.searchPath = folder.path
    let error = try await fault(of: download)
    #expect(error.kind == .inputUnreadable)
    #expect(error.description.hasPrefix("https://127.0.0.1:1/file: there is no program 'curl'"))
    #expect(error.reason.description.hasSuffix("put the file at \(target)"))
    #expect(folder.contents.isEmpty)
  }

  @Test("What cannot be run is passed over")
  func notExecutable() throws {
    let plain = try folder.write([], to: "curl")
    #expect(CurlProcess.find(in: folder.path) == nil)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: plain)
    #expect(CurlProcess.find(in: "/nowhere:\(folder.path)") == plain)
    #expect(CurlProcess.find(in: "") == nil)
  }

  @Test("A curl that is killed is tried again; the fetch goes on from what it brought")
  func killed() async throws {
    let error = try await fault(of: download(try secure(), script: "kill -9 $$"))
    #expect(error.kind == .interrupted && error.reason.description.contains("curl was ended by signal 9"))
    let server = try HTTPServer { _, request in .honest(Self.file, request) }
    let mark = folder("mark")
    let script = """
      if [ ! -e '\(mark)' ]; then
        : > '\(mark)'
        printf 'HTTP/1.1 200 OK\\r\\nETag: "1"\\r\\nContent-Length: 11\\r\\n\\r\\nthe '
        kill -9 $$
      fi
      PATH=/usr/local/bin:/usr/bin:/bin exec curl "$@"
      """
    let digest = try await download(try server.url(), script: script, attempts: 2).run()
    #expect(digest == Self.file.withUnsafeBytes { SHA256.hexDigest(of: $0) })
    #expect(server.requests.map(\.rangeStart) == [4])
  }

  @Test("A curl that hangs is ended", .timeLimit(.minutes(1)))
  func hanging() async throws {
    for script in ["exec sleep 600", "exec sleep 600 >&- 2>&-"] {
      let error = try await fault(
        of: download(try secure(), script: script, patience: .milliseconds(200)))
      #expect(error.kind == .interrupted)
    }
  }

  @Test("Cancelling the task ends curl", .timeLimit(.minutes(1)))
  func cancellation() async throws {
    let download = try download(try secure(), script: "exec sleep 600", attempts: 5)
    let task = Task { try await download.run() }
    try await Task.sleep(for: .milliseconds(200))
    task.cancel()
    let error = await #expect(throws: Failure.self) { try await task.value }
    #expect(error?.reason == "the fetch was cancelled")
  }

  @Test(
    "Other users see no address in the list of processes, and the user's own configuration changes nothing")
  func commandLine() async throws {
    let server = try HTTPServer { _, request in .honest(Self.file, request) }
    _ = try folder.write(Array("output = /dev/null\nuser-agent = other\n".utf8), to: ".curlrc")
    let arguments = folder("arguments")
    let script = """
      echo "$@" > '\(arguments)'
      export HOME='\(folder.path)' PATH=/usr/local/bin:/usr/bin:/bin
      exec curl "$@"
      """
    _ = try await download(try server.url("/file?token=secret"), script: script).run()
    #expect(try String(contentsOfFile: arguments, encoding: .utf8) == "--disable --config -\n")
    #expect(server.requests.map(\.path) == ["/file?token=secret"])
    #expect(server.requests[0].headers["user-agent"] == "activation-dump/\(toolVersion)")
  }

  @Test("From a secure address none that is not secure is gone to")
  func downgrade() async throws {
    let said = folder("said")
    let script = """
      cat > '\(said)'
      printf 'HTTP/1.1 302 Found\\r\\nLocation: http://127.0.0.1/\\r\\n\\r\\n'
      echo 'curl: (1) Protocol "http" disabled' >&2
      exit 1
      """
    let error = try await fault(of: download(try secure(), script: script, attempts: 5))
    #expect(error.kind == .inputUnreadable)
    #expect(error.reason == "the server redirects to an address that is not secure")
    let configuration = try String(contentsOfFile: said, encoding: .utf8).split(separator: "\n")
    #expect(
      configuration.contains("proto = \"=https\"") && configuration.contains("proto-redir = \"=https\""))
  }

  @Test("What curl says is the reason; only what may pass is tried again")
  func exitCodes() async throws {
    let count = folder("count")
    func script(_ code: Int) -> String {
      """
      echo x >> '\(count)'
      echo 'curl: (\(code)) Some words about it' >&2
      echo 'More details here: a page' >&2
      exit \(code)
      """
    }
    let untrusted = try await fault(of: download(try secure(), script: script(60), attempts: 3))
    #expect(untrusted.kind == .inputUnreadable)
    #expect(untrusted.reason == "the connection failed (Some words about it)")
    #expect(try Data(contentsOf: URL(filePath: count)).count == 2)
    let unreachable = try await fault(of: download(try secure(), script: script(7), attempts: 3))
    #expect(unreachable.kind == .interrupted)
    #expect(
      unreachable.reason.description.hasPrefix(
        "the connection failed (Some words about it), 3 times in a row"))
    let silent = try await fault(of: download(try secure(), script: "exit 56"))
    #expect(silent.reason.description.contains("curl ended with exit code 56"))
  }

  @Test("What is no HTTP is no answer")
  func noHTTP() async throws {
    let error = try await fault(of: download(try secure(), script: "printf 'SSH-2.0\\r\\n\\r\\nfile'"))
    #expect(error.kind == .interrupted && folder.contents == ["programs"])
  }

  @Test("Heads that pass are passed over, wherever the stream is cut", arguments: [1, 2, 7, 1000])
  func heads(pieces: Int) throws {
    let text =
      "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n"
      + "HTTP/2 206 \r\nContent-Range: bytes 5-9/10\r\ncontent-length:\t5 \r\netag: \"x:y\"\r\n\r\n\r\nbody"
    var reader = HeadReader()
    var body: [UInt8] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes { body += $0[reader.take($0)...] }
    }
    let head = try #require(reader.head)
    #expect(head.status == 206 && head.range == ContentRange("bytes 5-9/10") && head.range?.start == 5)
    #expect(head.fields["content-length"] == "5" && head.validator == "\"x:y\"")
    #expect(body == Array("\r\nbody".utf8))
  }

  @Test("A value cannot end its line or its quotes")
  func quoting() {
    var request = CurlRequest(address: "https://a/\"\\\n\noutput=x")
    (request.start, request.validator) = (5, "\"1\"")
    let lines = request.configuration.split(separator: "\n")
    #expect(lines.contains("url = \"https://a/\\\"\\\\output=x\""))
    #expect(
      lines.contains("header = \"If-Range: \\\"1\\\"\"") && lines.contains("header = \"Range: bytes=5-\""))
  }
}
