import Foundation
import Synchronization

/// Runs `body` on `count` threads, of which the caller's is the first, and waits for all of them.
///
/// Threads, not tasks or `concurrentPerform`: their number is the user's choice, and both of those cap it at the
/// number of processors of the machine. None of them begins before all are there, so that they can wait for each other.
/// For work that comes in pieces there is ``forEach(in:threads:progress:_:)``.
///
/// - Parameters:
///   - count: The threads.
///   - body: The work of one thread, which is given its number, from 0.
/// - Throws: What `body` threw, of several the thread with the lowest number; ``Failure`` of kind `usage` when the system
///   refuses a thread: then `body` has not run.
package func withWorkers(_ count: Int, _ body: @Sendable (Int) throws(Failure) -> Void) throws(Failure) {
  let failure = FirstFailure<Failure>()
  let haveRun = runWorkers(count, orFewer: false) { worker in
    do throws(Failure) { try body(worker) } catch { failure.note(error, at: worker) }
  }
  guard haveRun else { throw .refusedThreads(of: count) }
  try failure.rethrow()
}

/// As ``withWorkers(_:_:)``, with work that does not fail.
///
/// - Parameters:
///   - count: The threads.
///   - orFewer: Whether to run on the threads there are when the system refuses one, rather than not at all.
///   - stackBytes: The addresses a thread's stack may take.
///   - body: The work of one thread.
/// - Returns: Whether they ran.
func runWorkers(
  _ count: Int, orFewer: Bool, stackBytes: Int = SystemThread.stackBytes, _ body: @Sendable (Int) -> Void
) -> Bool {
  withoutActuallyEscaping(body) { body in
    let start = Latch()
    var threads: [SystemThread] = []
    while threads.count + 1 < count {
      let worker = threads.count + 1
      let thread = SystemThread(stackBytes: stackBytes) { if start.wait() { body(worker) } }
      guard let thread else { break }
      threads.append(thread)
    }
    let begins = orFewer || threads.count + 1 >= count
    start.open(begins)
    if begins { body(0) }
    for thread in threads { thread.join() }
    return begins
  }
}

extension Failure {
  /// The error of a system that refuses one of some threads.
  package static func refusedThreads(of count: Int) -> Failure {
    Failure(
      .usage,
      "not all of \(count) threads could be started: lower \(.threads), or allow more memory (ulimit -v) or processes"
        + " (ulimit -u)")
  }
}

/// A latch: threads wait until it opens, once, and learn whether they are to begin.
private final class Latch: Sendable {
  private let condition = NSCondition()
  private let begins = Mutex<Bool?>(nil)

  func open(_ value: Bool) {
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

/// The error of the first of some pieces of work, whichever failed first.
final class FirstFailure<E: Error>: Sendable {
  private let first = Mutex<(place: Int, error: E)?>(nil)

  /// Whether any failed.
  var isNoted: Bool { first.withLock { $0 != nil } }

  func note(_ error: E, at place: Int) {
    first.withLock { first in
      if first.map({ place < $0.place }) ?? true { first = (place, error) }
    }
  }

  func rethrow() throws(E) {
    if let error = first.withLock({ $0?.error }) { throw error }
  }
}
