import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Machine

@Suite("Loops over threads")
struct ParallelTests {
  /// An error that the refusal of a thread cannot throw.
  private struct Mishap: Error, Equatable { let place: Int }

  @Test("every element is done once, and results are in order", arguments: [0, 1, 2, 3, 100], [1, 2, 3, 8])
  func order(count: Int, threads: Int) throws {
    let done = Mutex<[Int]>([])
    let squares = try map(in: 10..<10 + count, threads: threads) { number throws(Failure) in
      // The first elements end last.
      Thread.sleep(forTimeInterval: number % 4 == 0 ? 0.002 : 0)
      done.withLock { $0.append(number) }
      return number * number
    }
    #expect(squares == (10..<10 + count).map { $0 * $0 })
    #expect(done.withLock { $0.sorted() } == Array(10..<10 + count))
  }

  @Test("there are as many threads as asked for, and never more than elements")
  func threadCounts() throws {
    for (count, threads, expected) in [(1, 8, 1), (3, 8, 3), (8, 3, 3), (4, 0, 1)] {
      let states = Atomic(0)
      // The barrier makes each thread wait until all have arrived.
      let barrier = Barrier(expected)
      try forEach(
        in: 0..<count, threads: threads,
        state: {
          states.add(1, ordering: .relaxed)
          barrier.wait()
        }
      ) { _, _ throws(Failure) in }
      #expect(states.load(ordering: .relaxed) == expected, "\(count) elements, \(threads) threads")
    }
  }

  @Test("a thread keeps its state from element to element, and shares it with no other thread")
  func state() throws {
    let counts = try map(in: 0..<60, threads: 3, state: { 0 }) { seen, _ throws(Failure) in
      seen += 1
      Thread.sleep(forTimeInterval: 0.0005)
      return seen
    }
    // The counts of each of at most three states start at 1 and have no gap.
    let byCount = Dictionary(grouping: counts) { $0 }.mapValues(\.count)
    #expect((byCount[1] ?? 0) <= 3 && byCount.values.reduce(0, +) == 60)
    for (count, threads) in byCount where count > 1 { #expect(threads <= byCount[count - 1] ?? 0) }
  }

  @Test("the error is that of the first element that fails, and no element is taken after a failure")
  func firstFailure() {
    for _ in 0..<20 {
      let taken = Atomic(0)
      let progress = RunProgress()
      let error = #expect(throws: Mishap.self) {
        try forEach(in: 0..<1000, threads: 4, progress: progress) { place throws(Mishap) in
          taken.add(1, ordering: .relaxed)
          // The first element in order that fails is the last one in time.
          if place == 5 { Thread.sleep(forTimeInterval: 0.005) }
          if place >= 5 { throw Mishap(place: place) }
        }
      }
      #expect(error == Mishap(place: 5))
      #expect(taken.load(ordering: .relaxed) <= 5 + 4)
      #expect(progress.isStopping && !progress.isCancelled)
    }
  }

  @Test("after a stop the elements in progress are finished, and their results are the first ones")
  func stop() throws {
    for threads in [1, 3] {
      let progress = RunProgress()
      let found = try map(in: 0..<1000, threads: threads, progress: progress) { place throws(Failure) in
        if place == 10 { progress.cancel(signal: 15) }
        return place
      }
      #expect(found == Array(0..<found.count))
      #expect(found.count >= 11 && found.count < 11 + 1000 / 2)
      #expect(progress.signal == 15)
      // A loop that is already stopped takes no element.
      let none = try map(in: 0..<10, threads: threads, progress: progress) { place throws(Failure) in place }
      #expect(none.isEmpty)
    }
  }

  @Test("if the system refuses a thread, the loop throws before any work, or runs on fewer threads")
  func refusedThreads() {
    let begun = Atomic(0)
    // The stack is larger than the address space of any processor.
    let tooMany = 1 << 60
    let haveRun = runWorkers(4, orFewer: false, stackBytes: tooMany) { _ in
      begun.add(1, ordering: .relaxed)
    }
    #expect(!haveRun && begun.load(ordering: .relaxed) == 0)
    #expect(
      runWorkers(4, orFewer: true, stackBytes: tooMany) { begun.add($0 + 1, ordering: .relaxed) }
        && begun.load(ordering: .relaxed) == 1)
    #expect(runWorkers(1, orFewer: false, stackBytes: tooMany) { _ in begun.add(1, ordering: .relaxed) })
  }

  @Test("the error of the worker with the lowest number is thrown, after all workers have ended")
  func workerErrors() {
    let ended = Atomic(0)
    let barrier = Barrier(3)
    let error = #expect(throws: Failure.self) {
      try withWorkers(3) { worker throws(Failure) in
        barrier.wait()
        ended.add(1, ordering: .relaxed)
        if worker == 1 { Thread.sleep(forTimeInterval: 0.005) }
        if worker > 0 { throw Failure(.badData, "worker \(worker)") }
      }
    }
    #expect(error?.description == "worker 1")
    #expect(ended.load(ordering: .relaxed) == 3)
  }

  @Test("a writer excludes all others, and readers do not exclude each other")
  func readersAndWriters() throws {
    let lock = ReadWriteLock()
    let inside = Mutex((readers: 0, most: 0, isWriting: false, isBroken: false))
    let together = Barrier(4)
    try withWorkers(4) { worker throws(Failure) in
      lock.read { together.wait() }
      for _ in 0..<200 {
        if worker == 0 {
          lock.write {
            inside.withLock { if $0.readers > 0 || $0.isWriting { $0.isBroken = true } }
            inside.withLock { $0.isWriting = true }
            inside.withLock { $0.isWriting = false }
          }
        } else {
          lock.read {
            inside.withLock {
              if $0.isWriting { $0.isBroken = true }
              $0.readers += 1
            }
            inside.withLock { $0.readers -= 1 }
          }
        }
      }
    }
    #expect(!inside.withLock { $0.isBroken })
  }
}
