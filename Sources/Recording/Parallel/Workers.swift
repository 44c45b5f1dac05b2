import Foundation
import Synchronization

/// Runs `body` on `count` threads of their own and waits for all of them.
///
/// Threads, not tasks or `concurrentPerform`: their number is the user's choice, and both of those cap it at the
/// number of processors of the machine.
///
/// - Throws: The first error any of them threw.
package func withWorkers(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
  if count == 1 { return try body(0) }
  let failure = FirstFailure()
  let group = DispatchGroup()
  for worker in 0..<count {
    group.enter()
    let thread = Thread {
      do { try body(worker) } catch { failure.note(error) }
      group.leave()
    }
    thread.stackSize = 8 << 20
    thread.name = "worker \(worker)"
    thread.start()
  }
  group.wait()
  try failure.rethrow()
}

private final class FirstFailure: Sendable {
  private let error = Mutex<(any Error)?>(nil)

  func note(_ new: any Error) { error.withLock { if $0 == nil { $0 = new } } }

  func rethrow() throws {
    if let error = error.withLock({ $0 }) { throw error }
  }
}
