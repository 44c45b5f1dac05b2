import Foundation
import Machine

/// Progress as text.
package enum ProgressText {
  /// Returns a bar such as `████▌     `, with a resolution of an eighth of a character.
  package static func bar(_ done: Int, _ total: Int, width: Int) -> String {
    let eighths = total > 0 ? min(done, total) * width * 8 / total : 0
    let part = eighths % 8 == 0 ? "" : String(["▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8 - 1])
    let filled = String(repeating: "█", count: eighths / 8) + part
    return filled + String(repeating: " ", count: width - filled.count)
  }

  /// Returns a line such as `1,024 of 50,000 images (2 %), 41.3 a second, 19:46 left`.
  package static func line(_ done: Int, _ total: Int, _ noun: String, _ elapsed: Double) -> String {
    let rate = Double(done) / max(elapsed, 1e-9)
    let share = total > 0 ? 100 * done / total : 100
    let start = "\(done.grouped) of \(total.grouped) \(noun) (\(share) %)"
    guard done > 0 else { return start }
    return start + String(format: ", %.1f a second, ", rate) + duration(Double(total - done) / rate) + " left"
  }

  /// Returns a duration as `m:ss`, or `h:mm:ss`.
  package static func duration(_ seconds: Double) -> String {
    let seconds = Int(min(max(seconds, 0), 1e9).rounded(.up))
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, seconds % 60)
      : String(format: "%d:%02d", minutes, seconds % 60)
  }
}
