import Foundation
import Machine
import Synchronization

/// Displays the progress of a pass: a bar on a terminal, otherwise a line every half minute.
final class ProgressDisplay: Sendable {
  let progress: RunProgress
  private let noun: String
  private let start = Date()
  private let finished = Mutex(false)
  private let interactive = Console.isInteractive
  /// The thread of the display; `nil` where the system refuses one, in which case nothing is displayed.
  private let thread = Mutex<SystemThread?>(nil)

  /// Starts the display of progress; `noun` names the items that are counted.
  init(_ progress: RunProgress, of noun: String) {
    (self.progress, self.noun) = (progress, noun)
    thread.withLock { $0 = SystemThread { [self] in show() } }
  }

  private func show() {
    var nextLine = 30.0
    var isStopping = false
    while !finished.withLock({ $0 }) {
      Thread.sleep(forTimeInterval: 0.1)
      if !isStopping, progress.isStopping, let signal = progress.signal {
        isStopping = true
        tellOfStopping(because: signal)
      }
      tellRemarks()
      if interactive {
        draw()
      } else if elapsed >= nextLine {
        nextLine += 30
        if progress.total > 0 {
          Console.note("\(ProgressText.line(progress.done, progress.total, noun, elapsed))")
        }
      }
    }
  }

  private func tellRemarks() {
    for remark in progress.takeRemarks() { Console.note("\(interactive ? "\r\u{1B}[K" : "")note: \(remark)") }
  }

  private func tellOfStopping(because signal: Int32) {
    let what = "stopping after the \(noun) in hand"
    Console.note(
      signal == SIGINT
        ? "\n\(what); press Ctrl-C again to stop at once" : "\(what), because of signal \(signal)")
  }

  /// Stops the display and removes the bar.
  func stop() {
    finished.withLock { $0 = true }
    thread.withLock { $0.take() }?.join()
    if interactive { write("\r\u{1B}[K") }
    tellRemarks()
  }

  private var elapsed: Double { Date().timeIntervalSince(start) }

  private func draw() {
    guard progress.total > 0 else { return }
    let bar = ProgressText.bar(progress.done, progress.total, width: 30)
    let colored = Console.usesColor ? "\u{1B}[32m\(bar)\u{1B}[0m" : bar
    write("\r\(colored) \(ProgressText.line(progress.done, progress.total, noun, elapsed))\u{1B}[K")
  }

  private func write(_ text: String) { StandardStream.errors.write(text) }
}

/// Runs `body`, which may take long, and displays its progress. Ctrl-C asks `body` to stop; a second Ctrl-C
/// ends the process.
///
/// - Parameters:
///   - noun: The name of the counted items, in the plural.
///   - resumable: Whether finished work is kept for another run. If so, the signals with which batch systems
///     end a job also ask `body` to stop.
///   - body: The work.
/// - Returns: The result of `body`.
func withProgress<R>(of noun: String, resumable: Bool = false, _ body: (RunProgress) throws -> R) rethrows
  -> R
{
  let signals = StopSignals(resumable ? [SIGINT, SIGTERM, SIGUSR1] : [SIGINT])
  let display = ProgressDisplay(RunProgress { StopSignals.noted }, of: noun)
  defer {
    display.stop()
    signals.end()
  }
  return try body(display.progress)
}

/// Runs work that another run can resume, as ``withProgress(of:resumable:_:)``.
///
/// - Returns: The result of `body`, and the signal that stopped it, if any.
func withResumableProgress<R>(
  of noun: String, _ body: (RunProgress) throws -> R
) rethrows -> (result: R, signal: Int32?) {
  try withProgress(of: noun, resumable: true) { (try body($0), $0.signal) }
}
