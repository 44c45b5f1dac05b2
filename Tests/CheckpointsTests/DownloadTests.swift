import Checkpoints
import Foundation
import Machine
import Synchronization
import TestSupport
import Testing

@Suite("A download ends with the complete, correct file under its name, or with no file")
struct DownloadTests {
  /// A file of 200,000 bytes without repeating parts.
  private static let file: [UInt8] = {
    var random = SplitMix(seed: 3)
    return (0..<25_000).flatMap { _ in littleEndian(random.next()) }
  }()
  private static let digest = file.withUnsafeBytes { SHA256.hexDigest(of: $0) }

  private let folder: TemporaryFolder
  private var target: String { folder("weights.pth") }

  init() throws { folder = try TemporaryFolder() }

  /// Downloads from a server, with a minimal delay between attempts.
  private func fetch(
    _ server: HTTPServer, path: String = "/file", sha256: String? = digest, byteCount: Int? = nil,
    attempts: Int = 3
  ) async throws(Failure) -> String {
    let url: URL
    do { url = try server.url(path) } catch {
      throw Failure(.interrupted, path: path, "\(error)")
    }
    return try await Download(
      url, to: target, expecting: .init(sha256: sha256, byteCount: byteCount), attempts: attempts,
      backoff: .milliseconds(1)
    ).run()
  }

  /// Checks that the complete file is the only file in the folder.
  private func expectWhole() throws {
    #expect(try Data(contentsOf: URL(filePath: target)) == Data(Self.file))
    #expect(folder.contents == ["weights.pth"])
  }

  private func fault(
    _ server: HTTPServer, sha256: String? = digest, byteCount: Int? = nil, attempts: Int = 3
  ) async throws -> Failure {
    let error = await #expect(throws: Failure.self) {
      try await fetch(server, sha256: sha256, byteCount: byteCount, attempts: attempts)
    }
    #expect(!FileManager.default.fileExists(atPath: target))
    return try #require(error)
  }

  @Test("An honest server")
  func honest() async throws {
    let server = try HTTPServer { _, request in .honest(Self.file, request) }
    let progress = Mutex<[Download.Progress]>([])
    let digest = try await Download(
      try server.url(), to: target,
      expecting: .init(sha256: String(Self.digest.prefix(8)), byteCount: 200_000)
    ).run(progress: { report in progress.withLock { $0.append(report) } })
    #expect(digest == Self.digest)
    try expectWhole()
    let last = try #require(progress.withLock { $0.last })
    #expect(last.received == 200_000 && last.total == 200_000 && last.retrying == nil)
    #expect(server.requests.count == 1)
    #expect(server.requests[0].headers["range"] == nil)
  }

  @Test("A download resumes after many broken connections")
  func cuts() async throws {
    let server = try HTTPServer { _, request in .honest(Self.file, request).cut(after: 30_000) }
    _ = try await fetch(server)
    try expectWhole()
    #expect(server.requests.count == 7)  // 30,000 bytes each, and 20,000
    #expect(
      server.requests.dropFirst().map(\.rangeStart) == [30_000, 60_000, 90_000, 120_000, 150_000, 180_000])
    #expect(server.requests.dropFirst().allSatisfy { $0.headers["if-range"] == "\"1\"" })
  }

  @Test("A later run resumes an earlier one")
  func laterRun() async throws {
    let broken = try HTTPServer { number, request in
      number == 0 ? .honest(Self.file, request).cut(after: 50_000) : .init(status: 503)
    }
    let error = try await fault(broken)
    #expect(error.kind == .interrupted)
    #expect(error.reason.description.contains("byte 50000"))
    #expect(folder.contents.contains("weights.pth.part"))
    // Another port is another address, whose bytes may be from a different file.
    let other = try HTTPServer { _, request in .honest(Self.file, request) }
    _ = try await fetch(other)
    try expectWhole()
    #expect(other.requests.map(\.rangeStart) == [nil])
  }

  @Test("A later run from the same address requests only the remaining bytes")
  func laterRunSameAddress() async throws {
    let isBroken = Mutex(true)
    let server = try HTTPServer { number, request in
      guard isBroken.withLock({ $0 }) else { return .honest(Self.file, request) }
      return number == 0 ? .honest(Self.file, request).cut(after: 50_000) : .init(status: 500)
    }
    _ = try await fault(server)
    isBroken.withLock { $0 = false }
    _ = try await fetch(server)
    try expectWhole()
    #expect(server.requests.last?.rangeStart == 50_000)
  }

  @Test("A server that ignores ranges is read from the start")
  func ignoresRange() async throws {
    let server = try HTTPServer { number, _ in
      HTTPServer.Answer(headers: ["ETag": "\"1\""], body: Self.file, cutAfter: number < 2 ? 70_000 : nil)
    }
    _ = try await fetch(server)
    try expectWhole()
    #expect(server.requests.count == 3)
  }

  @Test("A file that changed between two attempts is not mixed with earlier bytes")
  func changedFile() async throws {
    let old = Self.file.map { ~$0 }
    // The validator detects the change at a server that sends one.
    let server = try HTTPServer { number, request in
      number == 0 ? .honest(old, request, etag: "\"0\"").cut(after: 60_000) : .honest(Self.file, request)
    }
    _ = try await fetch(server)
    try expectWhole()
    // Without a validator, the digest detects the change.
    try FileManager.default.removeItem(atPath: target)
    let blind = try HTTPServer { number, request in
      number == 0
        ? .honest(old, request, etag: nil).cut(after: 60_000) : .honest(Self.file, request, etag: nil)
    }
    _ = try await fetch(blind)
    try expectWhole()
    #expect(blind.requests.map(\.rangeStart) == [nil, 60_000, nil])
  }

  @Test("Without validator and digest nothing is resumed")
  func noValidator() async throws {
    let server = try HTTPServer { number, request in
      let answer = HTTPServer.Answer.honest(Self.file, request, etag: nil)
      return number == 0 ? answer.cut(after: 60_000) : answer
    }
    _ = try await fetch(server, sha256: nil)
    try expectWhole()
    #expect(server.requests.map(\.rangeStart) == [nil, nil])
  }

  @Test("A length that is too long, in every attempt")
  func statesTooMuch() async throws {
    let server = try HTTPServer { _, _ in .init(body: Self.file, statedLength: 300_000) }
    let error = try await fault(server, attempts: 3)
    #expect(error.kind == .interrupted)
    #expect(error.reason.description.contains("3 times in a row"))
  }

  @Test("A length that is too short gives a file that the digest or the size refuses")
  func statesTooLittle() async throws {
    let server = try HTTPServer { _, _ in .init(body: Self.file, statedLength: 1_000) }
    let byDigest = try await fault(server)
    #expect(byDigest.kind == .badData && byDigest.reason.description.contains(Self.digest))
    let bySize = try await fault(server, sha256: nil, byteCount: 200_000)
    #expect(bySize.kind == .badData && bySize.reason.description.contains("1000 bytes"))
    #expect(folder.contents.isEmpty)
  }

  @Test("A response without a length")
  func noLength() async throws {
    let server = try HTTPServer { _, _ in .init(body: Self.file, statedLength: -1) }
    _ = try await fetch(server)
    try expectWhole()
  }

  @Test("A different file is refused, and not kept for the next run")
  func wrongBytes() async throws {
    let server = try HTTPServer { _, request in .honest(Self.file.reversed(), request) }
    let error = try await fault(server)
    #expect(error.kind == .badData && error.reason.description.contains("another file"))
    #expect(folder.contents.isEmpty)
    #expect(server.requests.count == 1)
  }

  @Test("A wrong range is refused and requested again")
  func wrongRange() async throws {
    let server = try HTTPServer { number, request in
      var answer = HTTPServer.Answer.honest(Self.file, request)
      if number == 0 { return answer.cut(after: 40_000) }
      if number == 1 { answer.headers["Content-Range"] = "bytes 39999-199999/200000" }
      return answer
    }
    _ = try await fetch(server)
    try expectWhole()
  }

  @Test("A partial file that is already complete needs no more bytes")
  func completePart() async throws {
    let server = try HTTPServer { number, request in
      // The connection closes after the last byte, because the stated length is one byte too large.
      number == 0
        ? .init(headers: ["ETag": "\"1\""], body: Self.file, statedLength: 200_001)
        : .honest(Self.file, request)
    }
    _ = try await fetch(server)
    try expectWhole()
    #expect(server.requests.map(\.rangeStart) == [nil, 200_000])
  }

  @Test("Redirections are followed, also for ranges")
  func redirects() async throws {
    let server = try HTTPServer { number, request in
      if request.path == "/file" { return .init(status: 302, headers: ["Location": "/moved"]) }
      return number == 1 ? .honest(Self.file, request).cut(after: 90_000) : .honest(Self.file, request)
    }
    _ = try await fetch(server)
    try expectWhole()
    #expect(server.requests.map(\.path) == ["/file", "/moved", "/file", "/moved"])
    #expect(server.requests.last?.rangeStart == 90_000)
  }

  @Test("A missing file is an error without further attempts", arguments: [404, 410])
  func notFound(status: Int) async throws {
    let server = try HTTPServer { _, _ in .init(status: status, body: Array("no such file".utf8)) }
    #expect(try await fault(server).kind == .inputMissing)
    #expect(server.requests.count == 1)
  }

  @Test("A forbidden file is an error without further attempts; temporary failures are retried")
  func statuses() async throws {
    let forbidden = try HTTPServer { _, _ in .init(status: 403) }
    #expect(try await fault(forbidden).reason.description.contains("403"))
    #expect(forbidden.requests.count == 1)
    let busy = try HTTPServer { number, request in
      number < 2 ? .init(status: 503) : .honest(Self.file, request)
    }
    _ = try await fetch(busy)
    try expectWhole()
  }

  @Test("A server that does not answer is an error")
  func refused() async throws {
    let url = try HTTPServer { _, _ in .init() }.url()  // the server is closed at once
    let error = await #expect(throws: Failure.self) {
      try await Download(url, to: target, expecting: .init(), attempts: 2, backoff: .milliseconds(1)).run()
    }
    #expect(error?.kind == .interrupted)
  }

  @Test("A missing folder is an error")
  func noFolder() async throws {
    let server = try HTTPServer { _, request in .honest(Self.file, request) }
    let error = await #expect(throws: Failure.self) {
      try await Download(try server.url(), to: folder("nowhere/file"), expecting: .init()).run()
    }
    #expect(error?.kind == .cannotCreate)
    #expect(server.requests.isEmpty)
  }
}

@Suite("The weights folder")
struct WeightsFolderTests {
  @Test("The user's choice, the variable, the XDG folder, the home folder, in this order")
  func precedence() {
    let all = ["ACTIVATION_DUMP_WEIGHTS": "/variable", "XDG_DATA_HOME": "/data", "HOME": "/home/x"]
    func path(_ choice: String?, _ environment: [String: String]) -> String {
      WeightsFolder(choice, environment: environment).path
    }
    #expect(path("/choice", all) == "/choice")
    #expect(path(nil, all) == "/variable")
    #expect(path(nil, ["XDG_DATA_HOME": "/data", "HOME": "/home/x"]) == "/data/activation-dump/weights")
    #expect(
      path(nil, ["XDG_DATA_HOME": "relative", "HOME": "/home/x"])
        == "/home/x/.local/share/activation-dump/weights")
    #expect(
      path(nil, ["ACTIVATION_DUMP_WEIGHTS": "", "HOME": "/h"]) == "/h/.local/share/activation-dump/weights")
    #expect(WeightsFolder("/a/", environment: [:]).path(of: "b") == "/a/b")
    #expect(WeightsFolder("/a", environment: [:]).path(of: "b") == "/a/b")
  }
}
