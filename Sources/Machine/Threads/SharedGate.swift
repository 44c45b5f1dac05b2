import Foundation
import Synchronization

/// Lets many through at a time, or one alone.
package final class SharedGate: Sendable {
  private let condition = NSCondition()
  private let state = Mutex((inside: 0, isClosed: false))

  /// Creates an open gate.
  package init() {}

  /// Runs `body` while nobody is alone inside.
  ///
  /// - Throws: What `body` throws.
  package func shared<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    wait { state in
      guard !state.isClosed else { return false }
      state.inside += 1
      return true
    }
    defer { change { $0.inside -= 1 } }
    return try body()
  }

  /// Runs `body` while nobody else is inside; those who come meanwhile wait.
  ///
  /// - Throws: What `body` throws.
  package func alone<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    wait { state in
      guard !state.isClosed else { return false }
      state.isClosed = true
      return true
    }
    defer { change { $0.isClosed = false } }
    wait { $0.inside == 0 }
    return try body()
  }

  private func wait(until enters: (inout (inside: Int, isClosed: Bool)) -> Bool) {
    condition.lock()
    defer { condition.unlock() }
    while !state.withLock({ enters(&$0) }) { condition.wait() }
  }

  private func change(_ change: (inout (inside: Int, isClosed: Bool)) -> Void) {
    condition.lock()
    defer { condition.unlock() }
    state.withLock { change(&$0) }
    condition.broadcast()
  }
}
