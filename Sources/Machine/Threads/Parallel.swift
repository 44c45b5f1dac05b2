import Foundation
import Synchronization

/// Calls `body` for each element, on several threads. Elements are taken in order, each by the next idle
/// thread.
///
/// - Parameters:
///   - work: The elements.
///   - threads: The largest number of threads. At most one thread per element is started.
///   - progress: Stops the loop: no more elements are taken after a request to stop. An element that fails
///     requests a stop, so that work in progress can end early.
///   - body: The work on one element.
/// - Throws: The error of `body`. After a failure no more elements are taken, and the elements in progress
///   are finished. The error is therefore that of the first element, in their order, that fails, whichever
///   thread is faster. If the system refuses to create a thread: ``Failure`` of kind `usage`. A `body` that
///   does not throw, or throws another type, runs on fewer threads instead.
package func forEach<Work: RandomAccessCollection & Sendable, E: Error>(
  in work: Work, threads: Int = ProcessInfo.processInfo.activeProcessorCount, progress: RunProgress? = nil,
  _ body: @Sendable (Work.Element) throws(E) -> Void
) throws(E) {
  try forEach(in: work, threads: threads, progress: progress, state: {}) {
    (_, element) throws(E) in try body(element)
  }
}

/// As ``forEach(in:threads:progress:_:)``, with a state that each thread creates and keeps from element to
/// element: a decoder, or a buffer.
///
/// - Parameters:
///   - work: The elements.
///   - threads: The largest number of threads. At most one thread per element is started.
///   - progress: Stops the loop. An element that fails requests a stop.
///   - makeState: Creates the state of a thread, on that thread.
///   - body: The work on one element.
/// - Throws: As ``forEach(in:threads:progress:_:)``.
package func forEach<Work: RandomAccessCollection & Sendable, State, E: Error>(
  in work: Work, threads: Int = ProcessInfo.processInfo.activeProcessorCount, progress: RunProgress? = nil,
  state makeState: @Sendable () -> State,
  _ body: @Sendable (inout State, Work.Element) throws(E) -> Void
) throws(E) {
  try forEachPlace(below: work.count, threads, progress, makeState) { (state, place) throws(E) in
    try body(&state, work[work.index(work.startIndex, offsetBy: place)])
  }
}

/// Returns the results of `body` for each element, in their order: see ``forEach(in:threads:progress:_:)``.
///
/// - Returns: The results. If the loop was stopped, the results of the elements that were taken, which are
///   the first ones.
/// - Throws: As ``forEach(in:threads:progress:_:)``.
package func map<Work: RandomAccessCollection & Sendable, Result: Sendable, E: Error>(
  in work: Work, threads: Int = ProcessInfo.processInfo.activeProcessorCount, progress: RunProgress? = nil,
  _ body: @Sendable (Work.Element) throws(E) -> Result
) throws(E) -> [Result] {
  try map(in: work, threads: threads, progress: progress, state: {}) {
    (_, element) throws(E) in try body(element)
  }
}

/// As ``map(in:threads:progress:_:)``, with a state that each thread creates and keeps from element to
/// element.
///
/// - Parameters:
///   - work: The elements.
///   - threads: The largest number of threads. At most one thread per element is started.
///   - progress: Stops the loop. An element that fails requests a stop.
///   - makeState: Creates the state of a thread, on that thread.
///   - body: The work on one element.
/// - Returns: The results, as ``map(in:threads:progress:_:)``.
/// - Throws: As ``forEach(in:threads:progress:_:)``.
package func map<Work: RandomAccessCollection & Sendable, State, Result: Sendable, E: Error>(
  in work: Work, threads: Int = ProcessInfo.processInfo.activeProcessorCount, progress: RunProgress? = nil,
  state makeState: @Sendable () -> State,
  _ body: @Sendable (inout State, Work.Element) throws(E) -> Result
) throws(E) -> [Result] {
  let results = Mutex([Result?](repeating: nil, count: work.count))
  try forEachPlace(below: work.count, threads, progress, makeState) { (state, place) throws(E) in
    let result = try body(&state, work[work.index(work.startIndex, offsetBy: place)])
    results.withLock { $0[place] = result }
  }
  return results.withLock { $0.compactMap { $0 } }
}

/// The common implementation of the loops above.
private func forEachPlace<State, E: Error>(
  below count: Int, _ threads: Int, _ progress: RunProgress?, _ makeState: @Sendable () -> State,
  _ body: @Sendable (inout State, Int) throws(E) -> Void
) throws(E) {
  if count == 0 { return }
  let next = Atomic(0)
  let failure = FirstFailure<E>()
  let workers = max(min(threads, count), 1)
  let refusal = Failure.refusedThreads(of: workers) as? E
  let haveRun = runWorkers(workers, orFewer: refusal == nil) { _ in
    var state = makeState()
    while progress?.isStopping != true, !failure.isNoted {
      let place = next.add(1, ordering: .relaxed).oldValue
      guard place < count else { return }
      do throws(E) { try body(&state, place) } catch {
        failure.note(error, at: place)
        progress?.stop()
      }
    }
  }
  if !haveRun, let refusal { throw refusal }
  try failure.rethrow()
}
