private import Foundation
import Machine
import Synchronization

/// Threads that work on the steps of one run together, for the shortest time of a single image.
///
/// The steps of a network take tens of microseconds: a thread that waits for the next one keeps looking for a while
/// before it sleeps, since waking it would take as long as the step. So a team keeps its processors busy while it is in
/// use; for many images, a ``Workspace`` a thread is faster.
public final class ThreadTeam: Sendable {
  /// The threads, the caller's included.
  public let count: Int

  private let shared = Shared()
  private let threads: [SystemThread]

  /// Starts the threads; `nil` when the system refuses one.
  ///
  /// - Precondition: `count` is at least 1.
  public init?(count: Int) {
    precondition(count >= 1, "a team has a member")
    self.count = count
    threads = (1..<max(count, 1)).compactMap { [shared] member in SystemThread { shared.serve(as: member) } }
    // What ends those that did start is deinit, which Swift calls for an object that is whole.
    if threads.count + 1 < count { return nil }
  }

  deinit {
    shared.dismiss()
    for thread in threads { thread.join() }
  }

  /// Runs `body` for each of `parts`, at most ``count`` of them, on a thread of its own each, and waits for all. One
  /// call at a time.
  func run(parts: Int, _ body: (Int) -> Void) {
    precondition((1...count).contains(parts), "\(parts) parts for a team of \(count)")
    if parts == 1 { return body(0) }
    withoutActuallyEscaping(body) { body in
      shared.begin(members: count - 1, parts: parts, body)
      body(0)
      shared.wait()
    }
  }

  /// What the members see. A job is written before `round` is raised and read after, and stays until `running` is 0.
  private final class Shared: @unchecked Sendable {
    /// Looks at the round before a thread goes to sleep: some hundred microseconds.
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

    /// Starts the next round. A member that is about to sleep has either been counted, and is woken, or sees the round.
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
