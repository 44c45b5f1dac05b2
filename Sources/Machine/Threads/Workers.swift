import Foundation
import Synchronization

/// Runs `body` on `count` threads of their own and waits for all of them.
///
/// Threads, not tasks or `concurrentPerform`: their number is the user's choice, and both of those cap it at the
/// number of processors of the machine. None of them begins before all are there, so that they can wait for each other.
///
/// - Throws: The first error any of them threw; ``Failure`` of kind `usage` when the system refuses a thread.
package func withWorkers(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
  if count == 1 { return try body(0) }
  let failure = FirstFailure()
  let start = StartSignal()
  var threads: [SystemThread] = []
  for worker in 0..<count {
    let thread = SystemThread {
      guard start.wait() else { return }
      do { try body(worker) } catch { failure.note(error) }
    }
    guard let thread else {
      failure.note(Failure.refusedThreads(of: count))
      break
    }
    threads.append(thread)
  }
  start.give(threads.count == count)
  for thread in threads { thread.join() }
  try failure.rethrow()
}

extension Failure {
  /// What to say when the system refuses one of some threads.
  package static func refusedThreads(of count: Int) -> Failure {
    Failure(
      .usage,
      "not all of \(count) threads could be started: lower \(.threads), or allow more memory (ulimit -v) or processes"
        + " (ulimit -u)")
  }
}

/// Lets threads begin together, or not at all.
private final class StartSignal: Sendable {
  private let condition = NSCondition()
  private let begins = Mutex<Bool?>(nil)

  func give(_ value: Bool) {
    condition.lock()
    begins.withLock { $0 = value }
    condition.broadcast()
    condition.unlock()
  }

  func wait() -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let value = begins.withLock({ $0 }) { return value }
      condition.wait()
    }
  }
}

private final class FirstFailure: Sendable {
  private let error = Mutex<(any Error)?>(nil)

  func note(_ new: any Error) { error.withLock { if $0 == nil { $0 = new } } }

  func rethrow() throws {
    if let error = error.withLock({ $0 }) { throw error }
  }
}
