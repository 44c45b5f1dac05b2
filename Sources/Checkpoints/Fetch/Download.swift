package import FoundationEssentials
package import Machine

/// Downloads one file over HTTP, resumes an earlier attempt, and renames the complete file to its final path.
package struct Download: Sendable {
  /// The known properties of the file.
  package struct Expectation: Sendable, Hashable {
    /// The SHA-256 in lower-case hexadecimal digits, or a prefix of it.
    package let sha256: String?
    /// The size in bytes.
    package let byteCount: Int?

    /// Creates an expectation.
    package init(sha256: String? = nil, byteCount: Int? = nil) {
      (self.sha256, self.byteCount) = (sha256, byteCount)
    }
  }

  /// The progress of a download.
  package struct Progress: Sendable, Hashable {
    /// The number of bytes received, in earlier attempts too.
    package let received: Int
    /// The size of the file, `nil` when the server does not state it.
    package let total: Int?
    /// The reason that the last attempt failed, when another follows.
    package let retrying: String?
  }

  /// The address of the file.
  package let url: URL
  /// The destination path.
  package let path: String
  /// The expected digest and size.
  package let expectation: Expectation
  /// The number of consecutive attempts that may fail without receiving new bytes.
  package let attempts: Int
  /// The delay after the first failure. The delay doubles with each failure, up to half a minute.
  package let backoff: Duration
  /// The folders to search for the program `curl`, separated as in `$PATH`.
  package var searchPath = CurlProcess.searchPath
  /// The longest silence of `curl`, which itself gives up after a minute without a byte.
  package var patience = Duration.seconds(90)

  /// Plans a download.
  ///
  /// - Parameters:
  ///   - url: An `http` or `https` address.
  ///   - path: The file to make; its folder must exist.
  ///   - expectation: What is known of the file.
  ///   - attempts: How many attempts in a row may bring nothing new, at least 1.
  ///   - backoff: The wait after the first failure.
  package init(
    _ url: URL, to path: String, expecting expectation: Expectation, attempts: Int = 5,
    backoff: Duration = .milliseconds(500)
  ) {
    self.url = url
    self.path = path
    self.expectation = expectation
    self.attempts = max(attempts, 1)
    self.backoff = backoff
  }

  /// Downloads the file with the system's program `curl`.
  ///
  /// Received bytes are appended to `<path>.part`. After an interrupted attempt, the next one requests the
  /// remaining bytes, if the server's validator (or a known digest) can prove that they belong to the same
  /// file. The digest and the size are checked before the file is renamed to `path`. A file that fails a
  /// check is removed.
  ///
  /// - Parameters:
  ///   - note: Receives messages for the user.
  ///   - check: Inspects the complete file, which still has its temporary name. An error that it throws makes
  ///     the download fail.
  ///   - progress: Called when bytes arrive, on the thread of the transfer.
  /// - Returns: The SHA-256 of the file.
  /// - Throws: ``Failure``: `inputMissing` when the server has no such file, `badData` when the file differs from the
  ///   expected one, `inputUnreadable` when the server refuses or there is no `curl`, `interrupted` when the network
  ///   keeps failing.
  package func run(
    noting note: (_ remark: String) -> Void = { _ in },
    checking check: (_ path: String) throws(Failure) -> Void = { (_) throws(Failure) in },
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) async throws(Failure) -> String {
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
            throw Failure(
              .interrupted, path: url.absoluteString, "\(reason), \(failures) times in a row",
              remedy: "run the command again to go on from byte \(part.count)")
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
        do throws(Failure) { try check(part.path) } catch {
          part.discard()
          throw error.about(url.absoluteString)
        }
        try part.commit()
        return digest
      }
      // The earlier bytes of a resumed download may be from another file. A file received in one piece is
      // wrong.
      guard wasResumed else {
        part.discard()
        throw Failure(.badData, path: url.absoluteString, "\(fault)")
      }
      wasResumed = false
      best = 0
      try part.restart(from: url.absoluteString, validator: nil)
    }
  }

  private var cancelled: Failure { Failure(.interrupted, path: path, "the fetch was cancelled") }

  /// The failure on a machine without `curl`: the file can be put in place by hand.
  private var noProgram: Failure {
    Failure(
      .inputUnreadable, path: url.absoluteString, "there is no program 'curl' here to fetch it",
      remedy:
        "install one, or fetch this address elsewhere and put the file at \(PathText.shown(path))")
  }

  /// Returns the reason that a complete file is not the expected one, `nil` when it is.
  private func fault(of byteCount: Int, _ digest: String) -> String? {
    if let expected = expectation.byteCount, byteCount != expected {
      return "the server sent \(byteCount) bytes; the file has \(expected)"
    }
    if let expected = expectation.sha256?.lowercased(), !digest.hasPrefix(expected) {
      return "the server sent another file: its SHA-256 is \(digest), not \(expected)"
    }
    return nil
  }

  /// The reason that an attempt ended early.
  private enum Interruption: Error {
    case fatal(Failure)
    /// A failure after which another attempt is useful.
    case transient(String)
  }

  /// Sends one request.
  ///
  /// - Returns: Whether the request resumed after earlier bytes.
  private func attempt(
    into part: PartialFile, by curl: String, _ progress: @escaping @Sendable (Progress) -> Void
  ) async throws(Interruption) -> Bool {
    let address = url.absoluteString
    let origin = part.validator(for: address)
    var request = CurlRequest(address: address)
    // Without a validator, only the digest can prove that the remaining bytes match the received ones.
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
      throw .fatal(Failure(.inputMissing, path: address, "the server has no such file"))
    case 416:
      // The partial file is as long as the file, or belongs to another file.
      if let total = outcome.total, total == start, start > 0 { return true }
      do throws(Failure) { try part.restart(from: address, validator: nil) } catch {
        throw .fatal(error)
      }
      throw .transient("the server refused to go on from byte \(start)")
    case 408, 425, 429, 500...:
      throw .transient("the server answered with status \(outcome.status)")
    case 0: throw .transient(outcome.interruption ?? "the server did not answer")
    default:
      throw .fatal(
        Failure(.inputUnreadable, path: address, "the server answered with status \(outcome.status)"))
    }
    if let reason = outcome.interruption { throw .transient(reason) }
    if let total = outcome.total, part.count != total {
      throw .transient("the connection ended after \(part.count) of \(total) bytes")
    }
    return outcome.status == 206
  }
}
