public import FoundationEssentials
import Machine

/// Fetches one file over HTTP, resuming what an earlier attempt left, and gives it its name once it is whole.
public struct Download: Sendable {
  /// What is known of the file beforehand.
  public struct Expectation: Sendable, Hashable {
    /// The SHA-256 in lower-case hexadecimal digits, or the first of them.
    public let sha256: String?
    /// The size in bytes.
    public let byteCount: Int?

    /// States what is known.
    public init(sha256: String? = nil, byteCount: Int? = nil) {
      (self.sha256, self.byteCount) = (sha256, byteCount)
    }
  }

  /// How far a download is.
  public struct Progress: Sendable, Hashable {
    /// The bytes there are, those of earlier attempts included.
    public let received: Int
    /// The size of the file, where the server tells it.
    public let total: Int?
    /// What went wrong where an attempt has just failed and another follows.
    public let retrying: String?
  }

  /// Where the file is published.
  public let url: URL
  /// Where it is to be.
  public let path: String
  /// What it must be.
  public let expectation: Expectation
  /// How many attempts in a row may bring nothing new.
  public let attempts: Int
  /// The wait after the first failure; it doubles with each, up to half a minute.
  public let backoff: Duration
  /// The folders in which the program `curl` is looked for, as `$PATH` holds them.
  package var searchPath = CurlProcess.searchPath
  /// How long `curl`, which gives up after a minute without a byte, may say nothing.
  package var patience = Duration.seconds(90)

  /// Plans a download.
  ///
  /// - Parameters:
  ///   - url: An `http` or `https` address.
  ///   - path: The file to make; its folder must exist.
  ///   - expectation: What is known of the file.
  ///   - attempts: How many attempts in a row may bring nothing new, at least 1.
  ///   - backoff: The wait after the first failure.
  public init(
    _ url: URL, to path: String, expecting expectation: Expectation, attempts: Int = 5,
    backoff: Duration = .milliseconds(500)
  ) {
    self.url = url
    self.path = path
    self.expectation = expectation
    self.attempts = max(attempts, 1)
    self.backoff = backoff
  }

  /// Fetches the file, by the system's program `curl`.
  ///
  /// Bytes gather in `<path>.part`. An attempt that is cut off is followed by one that asks for the rest, if the
  /// server's validator (or a known digest) can tell that it is the rest of the same file. The digest and the
  /// size are checked before the file gets its name; a file that fails is removed.
  ///
  /// - Parameters:
  ///   - note: Called with what the user should know.
  ///   - check: Looks at the complete file, which does not have its name yet; what it throws makes the fetch fail.
  ///   - progress: Called as bytes arrive, on a thread of the transfer's.
  /// - Returns: The SHA-256 of the file.
  /// - Throws: ``CheckpointError``: missing where the server has no such file, bad data where it is another,
  ///   unreadable where the server refuses it or there is no `curl`, interrupted where the network fails for good.
  public func run(
    noting note: (_ remark: String) -> Void = { _ in },
    checking check: (_ path: String) throws(CheckpointError) -> Void = { (_) throws(CheckpointError) in },
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) async throws(CheckpointError) -> String {
    guard let curl = CurlProcess.find(in: searchPath) else { throw noProgram }
    let part = try PartialFile(for: path)
    defer { part.release() }
    if let warning = part.warning { note(warning) }
    var failures = 0
    var best = part.count
    var wasResumed = false
    while true {
      do throws(Interruption) {
        let resumed = try await attempt(into: part, by: curl, progress)
        wasResumed = wasResumed || resumed
      } catch {
        switch error {
        case .fatal(let error): throw error
        case .transient(let reason):
          failures = part.count > best ? 1 : failures + 1
          best = max(best, part.count)
          guard failures < attempts else {
            throw CheckpointError(
              path: url.absoluteString,
              reason:
                "\(reason), \(failures) times in a row; run the command again to go on from byte \(part.count)",
              kind: .interrupted)
          }
          progress(Progress(received: part.count, total: nil, retrying: reason))
          let wait = min(backoff * (1 << min(failures - 1, 16)), .seconds(30))
          do { try await Task.sleep(for: wait) } catch { throw cancelled }
          continue
        }
      }
      let digest = try part.sha256()
      let fault = fault(of: part.count, digest)
      guard let fault else {
        do throws(CheckpointError) { try check(part.path) } catch {
          part.discard()
          throw CheckpointError(path: url.absoluteString, reason: error.reason, kind: error.kind)
        }
        try part.commit()
        return digest
      }
      // What was resumed may have been another file's; what came in one piece was simply wrong.
      guard wasResumed else {
        part.discard()
        throw CheckpointError(path: url.absoluteString, reason: fault, kind: .badData)
      }
      wasResumed = false
      best = 0
      try part.restart(from: url.absoluteString, validator: nil)
    }
  }

  private var cancelled: CheckpointError {
    CheckpointError(path: path, reason: "the fetch was cancelled", kind: .interrupted)
  }

  /// A machine without `curl` keeps weights as well as any.
  private var noProgram: CheckpointError {
    CheckpointError(
      path: url.absoluteString,
      reason:
        "there is no program 'curl' here to fetch it; install one, or fetch this address elsewhere and put the "
        + "file at \(PathText.shown(path))",
      kind: .unreadable)
  }

  /// Why a complete file is not the expected one, `nil` when it is.
  private func fault(of byteCount: Int, _ digest: String) -> String? {
    if let expected = expectation.byteCount, byteCount != expected {
      return "the server sent \(byteCount) bytes; the file has \(expected)"
    }
    if let expected = expectation.sha256?.lowercased(), !digest.hasPrefix(expected) {
      return "the server sent another file: its SHA-256 is \(digest), not \(expected)"
    }
    return nil
  }

  /// Why an attempt ended early.
  private enum Interruption: Error {
    case fatal(CheckpointError)
    /// Worth another attempt.
    case transient(String)
  }

  /// One request.
  ///
  /// - Returns: Whether it went on from earlier bytes.
  private func attempt(
    into part: PartialFile, by curl: String, _ progress: @escaping @Sendable (Progress) -> Void
  ) async throws(Interruption) -> Bool {
    let address = url.absoluteString
    let origin = part.validator(for: address)
    var request = CurlRequest(address: address)
    // Without a validator only the digest can tell whether the rest fits what there is.
    if part.count > 0 && origin.isFromAddress && (origin.validator != nil || expectation.sha256 != nil) {
      (request.start, request.validator) = (part.count, origin.validator)
    }
    let start = request.start
    let transfer = Transfer(into: part, request, progress)
    let outcome = await transfer.perform(by: CurlProcess(curl, patience: patience))
    if Task.isCancelled { throw .fatal(cancelled) }
    if let error = outcome.failure { throw .fatal(error) }
    switch outcome.status {
    case 200, 206: break
    case 404, 410:
      throw .fatal(CheckpointError(path: address, reason: "the server has no such file", kind: .missing))
    case 416:
      // The part is as long as the file, or does not belong to it.
      if let total = outcome.total, total == start, start > 0 { return true }
      do throws(CheckpointError) { try part.restart(from: address, validator: nil) } catch {
        throw .fatal(error)
      }
      throw .transient("the server refused to go on from byte \(start)")
    case 408, 425, 429, 500...:
      throw .transient("the server answered with status \(outcome.status)")
    case 0: throw .transient(outcome.interruption ?? "the server did not answer")
    default:
      throw .fatal(
        CheckpointError(
          path: address, reason: "the server answered with status \(outcome.status)", kind: .unreadable))
    }
    if let reason = outcome.interruption { throw .transient(reason) }
    if let total = outcome.total, part.count != total {
      throw .transient("the connection ended after \(part.count) of \(total) bytes")
    }
    return outcome.status == 206
  }
}
