private import Foundation

/// A thread of the operating system, which may refuse one: for want of addresses for its stack, or under `ulimit -u`.
///
/// Foundation's threads and Dispatch's say nothing when that happens, and whoever waits for them waits for ever.
package struct SystemThread: @unchecked Sendable {
  /// The addresses that the stack of a thread may take, unless it is told otherwise.
  package static let stackBytes = 8 << 20

  private let thread: pthread_t

  /// Starts a thread; `nil` when the system refuses.
  ///
  /// - Parameters:
  ///   - stackBytes: The addresses its stack may take.
  ///   - body: What it does.
  package init?(stackBytes: Int = SystemThread.stackBytes, _ body: @escaping @Sendable () -> Void) {
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
