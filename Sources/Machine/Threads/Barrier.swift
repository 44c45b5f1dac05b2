import Foundation
import Synchronization

/// A barrier: each of a number of threads waits for all others before it continues. The barrier is reusable.
package final class Barrier: Sendable {
  private let condition = NSCondition()
  private let waiting = Mutex((count: 0, round: 0))
  private let threads: Int

  /// Creates a barrier for a number of threads.
  package init(_ threads: Int) { self.threads = threads }

  /// Waits until all threads have arrived.
  package func wait() {
    condition.lock()
    defer { condition.unlock() }
    let (isLast, round) = waiting.withLock { state in
      state.count += 1
      guard state.count == threads else { return (false, state.round) }
      state.count = 0
      state.round += 1
      return (true, state.round)
    }
    if isLast { return condition.broadcast() }
    while waiting.withLock({ $0.round }) == round { condition.wait() }
  }
}
