private import Foundation
private import Synchronization

/// A thread of the operating system, which may refuse one: for want of addresses for its stack, or under `ulimit -u`.
///
/// Foundation's threads and Dispatch's say nothing when that happens, and whoever waits for them waits for ever.
package struct SystemThread: @unchecked Sendable {
  private let thread: pthread_t

  /// Starts a thread; `nil` when the system refuses.
  ///
  /// - Parameters:
  ///   - stackBytes: The addresses its stack may take.
  ///   - body: What it does.
  package init?(stackBytes: Int = 8 << 20, _ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    let start = Unmanaged.passRetained(Start(body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      start.release()
      return nil
    }
    self.thread = thread
  }

  /// Waits for its end; once for each thread.
  package func join() { pthread_join(thread, nil) }

  private final class Start: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

/// Runs `body` for every number below `iterations`, on all processors, or on as many threads as the system grants.
package func concurrently(iterations: Int, _ body: @Sendable (Int) -> Void) {
  withoutActuallyEscaping(body) { body in
    let work = SharedWork(iterations: iterations, body: body)
    var threads: [SystemThread] = []
    let count = min(ProcessInfo.processInfo.activeProcessorCount, iterations)
    while threads.count + 1 < count {
      guard let thread = SystemThread({ work.run() }) else { break }
      threads.append(thread)
    }
    work.run()
    for thread in threads { thread.join() }
  }
}

/// Numbers that threads take one after the other.
private final class SharedWork: Sendable {
  private let iterations: Int
  private let body: @Sendable (Int) -> Void
  private let next = Atomic(0)

  init(iterations: Int, body: @escaping @Sendable (Int) -> Void) {
    (self.iterations, self.body) = (iterations, body)
  }

  func run() {
    while true {
      let iteration = next.add(1, ordering: .relaxed).oldValue
      guard iteration < iterations else { return }
      body(iteration)
    }
  }
}
