import Foundation
import Recording
import Synchronization

/// Shows how far a pass has come: a bar on a terminal, elsewhere a line every half minute.
final class ProgressDisplay: Sendable {
  private let progress: RunProgress
  private let noun: String
  private let start = Date()
  private let finished = Mutex(false)
  private let interactive = Console.isInteractive
  private let ended = DispatchSemaphore(value: 0)

  /// Starts showing the progress of something counted in `noun`.
  init(_ progress: RunProgress, of noun: String) {
    (self.progress, self.noun) = (progress, noun)
    Thread.detachNewThread { [self] in
      var nextLine = 30.0
      while !finished.withLock({ $0 }) {
        Thread.sleep(forTimeInterval: 0.1)
        if interactive {
          draw()
        } else if elapsed >= nextLine {
          nextLine += 30
          if progress.total > 0 { Console.note(Self.line(progress.done, progress.total, noun, elapsed)) }
        }
      }
      ended.signal()
    }
  }

  /// Stops, leaving no bar behind.
  func stop() {
    finished.withLock { $0 = true }
    ended.wait()
    if interactive { write("\r\u{1B}[K") }
  }

  private var elapsed: Double { Date().timeIntervalSince(start) }

  private func draw() {
    guard progress.total > 0 else { return }
    let bar = Self.bar(progress.done, progress.total, width: 30)
    let colored = Console.usesColor ? "\u{1B}[32m\(bar)\u{1B}[0m" : bar
    write("\r\(colored) \(Self.line(progress.done, progress.total, noun, elapsed))\u{1B}[K")
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// `████▌     ` in eighths of a character.
  static func bar(_ done: Int, _ total: Int, width: Int) -> String {
    let eighths = total > 0 ? min(done, total) * width * 8 / total : 0
    let part = eighths % 8 == 0 ? "" : String(["▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8 - 1])
    let filled = String(repeating: "█", count: eighths / 8) + part
    return filled + String(repeating: " ", count: width - filled.count)
  }

  /// `1,024 of 50,000 images (2 %), 41.3 a second, 19:46 left`.
  static func line(_ done: Int, _ total: Int, _ noun: String, _ elapsed: Double) -> String {
    let rate = Double(done) / max(elapsed, 1e-9)
    let share = total > 0 ? 100 * done / total : 100
    let start = "\(done.grouped) of \(total.grouped) \(noun) (\(share) %)"
    guard done > 0 else { return start }
    return start + String(format: ", %.1f a second, ", rate) + duration(Double(total - done) / rate) + " left"
  }

  /// `m:ss`, or `h:mm:ss`.
  static func duration(_ seconds: Double) -> String {
    let seconds = Int(min(max(seconds, 0), 1e9).rounded(.up))
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, seconds % 60)
      : String(format: "%d:%02d", minutes, seconds % 60)
  }
}

/// Runs `body`, which may take long, with a display of its progress; Ctrl-C asks it to stop, a second one ends it.
func withProgress<R>(of noun: String, _ body: (RunProgress) throws -> R) rethrows -> R {
  let progress = RunProgress()
  signal(SIGINT, SIG_IGN)
  let interrupt = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
  interrupt.setEventHandler {
    progress.cancel()
    signal(SIGINT, SIG_DFL)
    Console.note("\nstopping after the \(noun) in hand; press Ctrl-C again to stop at once")
  }
  interrupt.resume()
  let display = ProgressDisplay(progress, of: noun)
  defer {
    display.stop()
    interrupt.cancel()
    signal(SIGINT, SIG_DFL)
  }
  return try body(progress)
}
