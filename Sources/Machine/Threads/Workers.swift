import Foundation
import Synchronization

/// Calls `body` on `count` threads, the first of which is the caller's, and waits for all of them.
///
/// Threads are used, not tasks or `concurrentPerform`: the user chooses their number, and both of the latter
/// cap it at the number of processors of the machine. No thread begins before all are created, so that the
/// threads can wait for each other. For work in pieces, use ``forEach(in:threads:progress:_:)``.
///
/// - Parameters:
///   - count: The number of threads.
///   - body: The work of one thread. Its argument is the number of the thread, from 0.
/// - Throws: The error of `body`; of several errors, that of the thread with the lowest number. ``Failure``
///   of kind `usage` if the system refuses to create a thread; `body` is then not called.
package func withWorkers(_ count: Int, _ body: @Sendable (Int) throws(Failure) -> Void) throws(Failure) {
  let failure = FirstFailure<Failure>()
  let haveRun = runWorkers(count, orFewer: false) { worker in
    do throws(Failure) { try body(worker) } catch { failure.note(error, at: worker) }
  }
  guard haveRun else { throw .refusedThreads(of: count) }
  try failure.rethrow()
}

/// As ``withWorkers(_:_:)``, for a `body` that does not throw.
///
/// - Parameters:
///   - count: The number of threads.
///   - orFewer: Whether to run on fewer threads if the system refuses to create one, rather than not at all.
///   - stackBytes: The address space of a thread's stack.
///   - body: The work of one thread.
/// - Returns: Whether `body` was called.
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
  /// Returns the error if the system refuses to create one of `count` threads.
  package static func refusedThreads(of count: Int) -> Failure {
    Failure(
      .usage,
      "not all of \(count) threads could be started: lower \(.threads), or allow more memory (ulimit -v) or processes"
        + " (ulimit -u)")
  }
}

/// A latch: threads wait until it opens, once. Its value tells them whether to begin.
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

/// The error of the first failed piece of work in their order, independent of timing.
final class FirstFailure<E: Error>: Sendable {
  private let first = Mutex<(place: Int, error: E)?>(nil)

  /// Whether any piece of work failed.
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
