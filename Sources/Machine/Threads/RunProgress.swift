import Synchronization

/// How far a pass over images has come, and the wish to stop it: shared by the workers and whoever watches them.
package final class RunProgress: Sendable {
  private let counters = Mutex((total: 0, done: 0, skipped: 0))
  private let remarks = Mutex<[String]>([])
  private let stopping = Atomic(false)
  /// What asked to stop: a signal's number, 0 for anything else, −1 for nothing.
  private let cancellation = Atomic<Int32>(-1)

  private let limit: Int
  private let interruption: @Sendable () -> Int32?

  /// Creates progress of nothing.
  ///
  /// - Parameter interruption: The signal that asks to stop, if one has come. It is asked often: whoever works looks
  ///   here before every image or so, which needs no thread that waits for signals.
  package init(interruption: @escaping @Sendable () -> Int32? = { nil }) {
    (limit, self.interruption) = (.max, interruption)
  }

  /// Creates progress that cancels itself once so many images are done.
  package init(cancellingAfter limit: Int) { (self.limit, interruption) = (limit, { nil }) }

  /// The images to do.
  package var total: Int { counters.withLock { $0.total } }
  /// The images done, those skipped included.
  package var done: Int { counters.withLock { $0.done } }
  /// The images that could not be read.
  package var skipped: Int { counters.withLock { $0.skipped } }
  /// Whether ``cancel(signal:)`` was called.
  package var isCancelled: Bool { cancellation.load(ordering: .relaxed) >= 0 }
  /// The signal that asked to stop, if one did.
  package var signal: Int32? {
    let signal = cancellation.load(ordering: .relaxed)
    return signal > 0 ? signal : nil
  }

  /// Asks the workers to finish the images they have in hand, write them and stop.
  package func cancel(signal: Int32 = 0) {
    _ = cancellation.compareExchange(expected: -1, desired: signal, ordering: .relaxed)
    stop()
  }

  /// Whether the workers should stop.
  package var isStopping: Bool {
    if let signal = interruption() { cancel(signal: signal) }
    return stopping.load(ordering: .relaxed)
  }
  /// As ``cancel()``, but because something failed.
  package func stop() { stopping.store(true, ordering: .relaxed) }

  /// Leaves something that the user should know to whoever watches.
  package func tell(_ remark: String) { remarks.withLock { $0.append(remark) } }
  /// What was left since the last call.
  package func takeRemarks() -> [String] {
    remarks.withLock { remarks in
      defer { remarks = [] }
      return remarks
    }
  }

  package func begin(total: Int) { counters.withLock { $0.total = total } }
  package func note(done: Int, skipped: Int = 0) {
    let total = counters.withLock {
      $0.done += done
      $0.skipped += skipped
      return $0.done
    }
    if total >= limit { cancel() }
  }
}
