import Foundation
import Synchronization

/// A read-write lock: many readers at a time, or one writer alone.
package final class ReadWriteLock: Sendable {
  private let condition = NSCondition()
  private let state = Mutex((readers: 0, hasWriter: false))

  /// Creates a lock that nobody has.
  package init() {}

  /// Runs `body` as a reader: while there is no writer.
  ///
  /// - Throws: What `body` throws.
  package func read<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    wait { state in
      guard !state.hasWriter else { return false }
      state.readers += 1
      return true
    }
    defer { change { $0.readers -= 1 } }
    return try body()
  }

  /// Runs `body` as the writer: readers that come meanwhile wait, and the writer waits for those that are there.
  ///
  /// - Throws: What `body` throws.
  package func write<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    wait { state in
      guard !state.hasWriter else { return false }
      state.hasWriter = true
      return true
    }
    defer { change { $0.hasWriter = false } }
    wait { $0.readers == 0 }
    return try body()
  }

  private func wait(until enters: (inout (readers: Int, hasWriter: Bool)) -> Bool) {
    condition.lock()
    defer { condition.unlock() }
    while !state.withLock({ enters(&$0) }) { condition.wait() }
  }

  private func change(_ change: (inout (readers: Int, hasWriter: Bool)) -> Void) {
    condition.lock()
    defer { condition.unlock() }
    state.withLock { change(&$0) }
    condition.broadcast()
  }
}
