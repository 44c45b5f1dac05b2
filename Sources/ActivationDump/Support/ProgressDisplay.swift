import Foundation
import Machine
import Synchronization

/// Shows how far a pass has come: a bar on a terminal, elsewhere a line every half minute.
final class ProgressDisplay: Sendable {
  let progress: RunProgress
  private let noun: String
  private let start = Date()
  private let finished = Mutex(false)
  private let interactive = Console.isInteractive
  /// `nil` where the system has no thread for this: then nothing is shown.
  private let thread = Mutex<SystemThread?>(nil)

  /// Starts showing the progress of something counted in `noun`.
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

  /// Stops, leaving no bar behind.
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

/// Runs `body`, which may take long, with a display of its progress; Ctrl-C asks it to stop, a second one ends it.
///
/// - Parameters:
///   - noun: What is counted, in the plural.
///   - resumable: Whether what is done is kept for another run: then the signals by which batch systems end a job ask
///     it to stop, too.
///   - body: What takes long.
/// - Returns: What `body` returns.
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

/// As ``withProgress(of:resumable:_:)``, of work that another run can go on with.
///
/// - Returns: What `body` returns, and the signal that stopped it, if any did.
func withResumableProgress<R>(
  of noun: String, _ body: (RunProgress) throws -> R
) rethrows -> (result: R, signal: Int32?) {
  try withProgress(of: noun, resumable: true) { (try body($0), $0.signal) }
}
