import Foundation

extension Int {
  /// The number with commas between thousands.
  package var grouped: String {
    var digits = Array(String(magnitude).reversed())
    for position in stride(from: 3, to: digits.count, by: 3).reversed() { digits.insert(",", at: position) }
    return (self < 0 ? "-" : "") + String(digits.reversed())
  }

  /// The number with its noun, singular or plural: `1 image`, `1,000 images`.
  package func counted(_ noun: String, _ plural: String? = nil) -> String {
    "\(grouped) \(self == 1 ? noun : plural ?? noun + "s")"
  }

  /// The number as a size in bytes, with three digits: `4.86 GB`.
  package var asBytes: String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB"]
    var (value, unit) = (Double(self), 0)
    while value >= 1000 && unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return unit == 0
      ? "\(self) bytes" : String(format: value < 10 ? "%.2f %@" : "%.1f %@", value, units[unit])
  }

  /// The number as a size in bytes, truncated, in the largest unit that leaves four or more digits: `4860
  /// MB`. For columns that the user adds up.
  package var asWholeBytes: String {
    switch self {
    case ..<10_000: "\(self) bytes"
    case ..<10_000_000: "\(self / 1000) kB"
    default: "\(self / 1_000_000) MB"
    }
  }

  /// Returns the number with leading zeros, at least `width` digits long.
  package func padded(to width: Int) -> String { String(self).zeroPadded(to: width) }
}

extension String {
  /// Returns digits with leading zeros, at least `width` digits long.
  package func zeroPadded(to width: Int) -> String {
    String(repeating: "0", count: Swift.max(width - count, 0)) + self
  }
}
