private import Foundation
import Machine
import Synchronization

/// Threads that divide each step of one run among themselves, for the lowest latency of a single image.
///
/// A step takes tens of microseconds, and waking a thread takes as long. A waiting thread therefore spins for
/// some time before it sleeps, and a team keeps its processors busy while it is in use. For many images, one
/// ``Workspace`` per thread is faster.
package final class ThreadTeam: Sendable {
  /// The number of threads, including the caller.
  package let count: Int

  private let shared = Shared()
  private let threads: [SystemThread]

  /// Starts the threads. Returns `nil` when the system cannot start one of them.
  ///
  /// - Precondition: `count` is at least 1.
  package init?(count: Int) {
    precondition(count >= 1, "a team has a member")
    self.count = count
    threads = (1..<max(count, 1)).compactMap { [shared] member in SystemThread { shared.serve(as: member) } }
    // The threads that did start are ended by deinit, which Swift calls for a fully initialised object.
    if threads.count + 1 < count { return nil }
  }

  deinit {
    shared.dismiss()
    for thread in threads { thread.join() }
  }

  /// Runs `body` for each of `parts`, each on its own thread, and waits for all of them.
  ///
  /// - Precondition: `parts` is at most ``count``, and no other call is in progress.
  func run(parts: Int, _ body: (Int) -> Void) {
    precondition((1...count).contains(parts), "\(parts) parts for a team of \(count)")
    if parts == 1 { return body(0) }
    withoutActuallyEscaping(body) { body in
      shared.begin(members: count - 1, parts: parts, body)
      body(0)
      shared.wait()
    }
  }

  /// The state that the members share. A job is written before `round` is incremented and read afterwards,
  /// and does not change until `running` is 0.
  private final class Shared: @unchecked Sendable {
    /// The number of times a thread reads the round before it sleeps: some hundred microseconds.
    private static let patience = 1 << 16

    private let round = Atomic(0)
    private let running = Atomic(0)
    private let sleeping = Atomic(0)
    private let dismissed = Atomic(false)
    private let wakeUp = NSCondition()
    private var body: ((Int) -> Void)?
    private var parts = 0

    func begin(members: Int, parts: Int, _ body: @escaping (Int) -> Void) {
      (self.body, self.parts) = (body, parts)
      running.store(members, ordering: .relaxed)
      advance()
    }

    func wait() {
      while running.load(ordering: .acquiring) > 0 {}
      body = nil
    }

    func dismiss() {
      dismissed.store(true, ordering: .relaxed)
      advance()
    }

    func serve(as member: Int) {
      var seen = 0
      while true {
        seen = next(after: seen)
        if dismissed.load(ordering: .relaxed) { return }
        if member < parts { body?(member) }
        running.subtract(1, ordering: .releasing)
      }
    }

    /// Starts the next round. A member that is about to sleep either is already counted, and is woken, or
    /// reads the new round.
    private func advance() {
      round.add(1, ordering: .sequentiallyConsistent)
      guard sleeping.load(ordering: .sequentiallyConsistent) > 0 else { return }
      wakeUp.lock()
      wakeUp.broadcast()
      wakeUp.unlock()
    }

    private func next(after seen: Int) -> Int {
      for _ in 0..<Self.patience {
        let now = round.load(ordering: .acquiring)
        if now != seen { return now }
      }
      wakeUp.lock()
      defer { wakeUp.unlock() }
      sleeping.add(1, ordering: .sequentiallyConsistent)
      defer { sleeping.subtract(1, ordering: .relaxed) }
      while true {
        let now = round.load(ordering: .sequentiallyConsistent)
        if now != seen { return now }
        wakeUp.wait()
      }
    }
  }
}
