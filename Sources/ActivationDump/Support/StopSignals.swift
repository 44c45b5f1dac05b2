import Foundation
import Synchronization

/// The signal that asked to stop, 0 for none.
private let firstSignal = Atomic<Int32>(0)

/// Signals that ask the program to stop, and are noted until somebody looks.
///
/// A handler of a signal may do next to nothing, and a thread that waits for signals is one the system may refuse: so
/// they are only noted, and whoever works asks.
struct StopSignals {
  /// The signal that came, if one did.
  static var noted: Int32? {
    let number = firstSignal.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  private let numbers: [Int32]

  /// Notes signals from now on: the first that comes. A second SIGINT ends the program at once.
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

  /// Stops noting: the signals end the program again.
  func end() { numbers.forEach { signal($0, SIG_DFL) } }

  /// Lets the signals by which batch systems end a job end the program with the code of what can be started again: until
  /// ``withProgress(of:resumable:_:)`` notes them, nothing is done that they could interrupt.
  static func endResumably() {
    for number in [SIGTERM, SIGUSR1] { signal(number) { _ in _exit(ExitStatus.resumable.rawValue) } }
    admit([SIGTERM, SIGUSR1])
  }

  /// Lets signals in that whoever started the program keeps from its own threads, and so from those it starts.
  private static func admit(_ numbers: [Int32]) {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
