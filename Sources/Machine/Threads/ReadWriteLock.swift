import Foundation
import Synchronization

/// A read-write lock: many readers at a time, or one writer alone.
package final class ReadWriteLock: Sendable {
  private let condition = NSCondition()
  private let state = Mutex((readers: 0, hasWriter: false))

  /// Creates an unlocked lock.
  package init() {}

  /// Calls `body` as a reader: while there is no writer.
  ///
  /// - Throws: The error of `body`.
  package func read<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    wait { state in
      guard !state.hasWriter else { return false }
      state.readers += 1
      return true
    }
    defer { change { $0.readers -= 1 } }
    return try body()
  }

  /// Calls `body` as the only writer. The writer waits for the present readers; new readers wait for the
  /// writer.
  ///
  /// - Throws: The error of `body`.
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
