private import Foundation

/// A thread of the operating system. Its creation can fail: for lack of address space for its stack, or under
/// `ulimit -u`.
///
/// The threads of Foundation and Dispatch do not report this failure, and their callers wait forever.
package struct SystemThread: @unchecked Sendable {
  /// The default address space of a thread's stack, in bytes.
  package static let stackBytes = 8 << 20

  private let thread: pthread_t

  /// Starts a thread; `nil` if the system refuses to create it.
  ///
  /// - Parameters:
  ///   - stackBytes: The address space of the thread's stack.
  ///   - body: The work of the thread.
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

  /// Waits for the end of the thread. Must be called once for each thread.
  package func join() { pthread_join(thread, nil) }

  private final class Start: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
