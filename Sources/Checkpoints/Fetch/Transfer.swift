import Machine

/// One HTTP request whose body is appended to a partial file as it arrives.
final class Transfer: @unchecked Sendable {
  // Sendable: only the thread that runs `curl` changes the state, and `perform` reads the outcome after the end of that
  // thread. The partial file is used by one transfer at a time.

  /// The end of a request.
  struct Outcome: Sendable {
    /// The HTTP status, 0 without an answer.
    var status = 0
    /// The size of the whole file, `nil` when the answer does not state it.
    var total: Int?
    /// The reason that the connection ended early.
    var interruption: String?
    /// An error after which further attempts are useless.
    var failure: Failure?
  }

  private let part: PartialFile
  private let request: CurlRequest
  private let progress: @Sendable (Download.Progress) -> Void
  private var heads = HeadReader()
  private var outcome = Outcome()

  init(
    into part: PartialFile, _ request: CurlRequest,
    _ progress: @escaping @Sendable (Download.Progress) -> Void
  ) {
    (self.part, self.request, self.progress) = (part, request, progress)
  }

  /// Sends the request with a `curl` process and receives the complete answer.
  func perform(by curl: CurlProcess) async -> Outcome {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let work: @Sendable () -> Void = { [self] in
          let (end, complaint) = curl.run(request.configuration, take: take)
          finish(end, complaint)
          continuation.resume(returning: outcome)
        }
        // A thread of its own: a blocked thread of Swift's pool would delay other tasks.
        if SystemThread(work) == nil { work() }
      }
    } onCancel: {
      curl.stop()
    }
  }

  /// Takes the output of `curl`; returns whether more is wanted.
  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let isFirst = heads.head == nil
    let taken = heads.take(bytes)
    guard let head = heads.head else { return !heads.isBroken }
    do throws(Failure) {
      if isFirst, try !admit(head) { return false }
      try part.append(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
    } catch {
      outcome.failure = error
      return false
    }
    progress(Download.Progress(received: part.count, total: outcome.total, retrying: nil))
    return true
  }

  /// Reads the head of an answer; returns whether its body is wanted.
  private func admit(_ head: AnswerHead) throws(Failure) -> Bool {
    outcome.status = head.status
    outcome.total = head.range?.total
    switch head.status {
    case 200:
      outcome.total = head.fields["content-length"].flatMap { Int($0) }
      try part.restart(from: request.address, validator: head.validator)
      return true
    case 206:
      if request.start > 0, head.range?.start == request.start { return true }
      try part.restart(from: request.address, validator: nil)
      outcome.interruption = "the server answered with another range than was asked for"
      return false
    default: return false
    }
  }

  /// Notes the end of `curl`.
  private func finish(_ end: CurlProcess.End, _ complaint: String) {
    guard outcome.failure == nil, outcome.interruption == nil else { return }
    if heads.head != nil, outcome.status != 200, outcome.status != 206 { return }  // it was stopped
    let reason: String
    if heads.isBroken { return outcome.interruption = "the server does not answer in HTTP" }
    switch end {
    case .exited(0): return
    case .exited(let code): reason = Self.reason(code, complaint)
    case .signal(let number): reason = "curl was ended by signal \(number)"
    case .silence: reason = "nothing came any more"
    case .failed(let what): reason = "curl cannot be run: \(what)"
    }
    outcome.interruption = "the connection failed (\(reason))"
    guard case .exited(let code) = end else { return }
    if code == 1, request.isSecure { fail("the server redirects to an address that is not secure") }
    if Self.isHopeless(code) { fail("the connection failed (\(reason))") }
  }

  private func fail(_ reason: String) {
    outcome.failure = Failure(.inputUnreadable, path: request.address, "\(reason)")
  }

  /// Whether the same request would fail again: a malformed address (3), too many redirections (47), a certificate that
  /// is not trusted (60), a file of certificates that cannot be read (77).
  private static func isHopeless(_ code: Int32) -> Bool { [3, 47, 60, 77].contains(code) }

  /// The message of `curl`, `curl: (7) Failed to connect…`, without the name and the number. Further lines are advice on
  /// options.
  private static func reason(_ code: Int32, _ complaint: String) -> String {
    let line = complaint.split(whereSeparator: \.isNewline).first { $0.hasPrefix("curl: (\(code))") }
    guard let line, let end = line.firstIndex(of: ")") else { return "curl ended with exit code \(code)" }
    let words = line[line.index(after: end)...].drop { $0 == " " }
    return words.isEmpty ? "curl ended with exit code \(code)" : String(words)
  }
}
