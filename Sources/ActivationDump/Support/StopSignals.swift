import Foundation
import Synchronization

/// The first signal that asked the program to stop; 0 for none.
private let firstSignal = Atomic<Int32>(0)

/// The signals that ask the program to stop. They are only recorded; the work checks for them.
///
/// A signal handler may do almost nothing, and the system may refuse a thread that waits for signals. So the
/// handler only records a signal, and the working code checks whether one was recorded.
struct StopSignals {
  /// The signal that was recorded, if any.
  static var noted: Int32? {
    let number = firstSignal.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  private let numbers: [Int32]

  /// Starts recording the first signal that arrives. A second SIGINT ends the program at once.
  init(_ numbers: [Int32]) {
    self.numbers = numbers
    firstSignal.store(0, ordering: .relaxed)
    for number in numbers {
      signal(number) { number in
        _ = firstSignal.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        if number == SIGINT { signal(SIGINT, SIG_DFL) }
      }
    }
    Self.admit(numbers)
  }

  /// Stops recording: signals end the program again.
  func end() { numbers.forEach { signal($0, SIG_DFL) } }

  /// Makes the signals with which batch systems end a job end the program with the exit code of resumable
  /// work. Until ``withProgress(of:resumable:_:)`` records these signals, there is no work that they could
  /// interrupt.
  static func endResumably() {
    for number in [SIGTERM, SIGUSR1] { signal(number) { _ in _exit(ExitStatus.resumable.rawValue) } }
    admit([SIGTERM, SIGUSR1])
  }

  /// Unblocks signals that the parent process blocked in its own threads, because a child process inherits
  /// the blocked signals.
  private static func admit(_ numbers: [Int32]) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
