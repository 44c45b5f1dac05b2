import Synchronization

/// The progress of a pass over images, and a request to stop it. Shared by the workers and the observers.
package final class RunProgress: Sendable {
  private let counters = Mutex((total: 0, done: 0, skipped: 0))
  private let remarks = Mutex<[String]>([])
  private let stopping = Atomic(false)
  /// The source of the request to stop: the number of a signal, 0 for any other source, −1 for no request.
  private let cancellation = Atomic<Int32>(-1)

  private let limit: Int
  private let interruption: @Sendable () -> Int32?

  /// Creates progress with no images.
  ///
  /// - Parameter interruption: Returns the signal that requests a stop, if one has arrived. Workers call it
  ///   often, about once per image, so that no thread has to wait for signals.
  package init(interruption: @escaping @Sendable () -> Int32? = { nil }) {
    (limit, self.interruption) = (.max, interruption)
  }

  /// Creates progress that cancels itself after `limit` images.
  package init(cancellingAfter limit: Int) { (self.limit, interruption) = (limit, { nil }) }

  /// The number of images to process.
  package var total: Int { counters.withLock { $0.total } }
  /// The number of images processed, including those skipped.
  package var done: Int { counters.withLock { $0.done } }
  /// The number of images that could not be read.
  package var skipped: Int { counters.withLock { $0.skipped } }
  /// Whether ``cancel(signal:)`` was called.
  package var isCancelled: Bool { cancellation.load(ordering: .relaxed) >= 0 }
  /// The signal that requested the stop, if any.
  package var signal: Int32? {
    let signal = cancellation.load(ordering: .relaxed)
    return signal > 0 ? signal : nil
  }

  /// Asks the workers to finish and write the images in progress, and then to stop.
  package func cancel(signal: Int32 = 0) {
    _ = cancellation.compareExchange(expected: -1, desired: signal, ordering: .relaxed)
    stop()
  }

  /// Whether the workers should stop.
  package var isStopping: Bool {
    if let signal = interruption() { cancel(signal: signal) }
    return stopping.load(ordering: .relaxed)
  }
  /// Requests a stop as ``cancel()``, because of a failure.
  package func stop() { stopping.store(true, ordering: .relaxed) }

  /// Adds a remark for the user, which an observer takes.
  package func tell(_ remark: String) { remarks.withLock { $0.append(remark) } }
  /// Returns the remarks since the last call.
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
