import Foundation

extension Int {
  /// With commas between thousands.
  package var grouped: String {
    var digits = Array(String(magnitude).reversed())
    for position in stride(from: 3, to: digits.count, by: 3).reversed() { digits.insert(",", at: position) }
    return (self < 0 ? "-" : "") + String(digits.reversed())
  }

  /// With a noun in its number: `1 image`, `1,000 images`.
  package func counted(_ noun: String, _ plural: String? = nil) -> String {
    "\(grouped) \(self == 1 ? noun : plural ?? noun + "s")"
  }

  /// As a size with three digits: `4.86 GB`.
  package var asBytes: String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB"]
    var (value, unit) = (Double(self), 0)
    while value >= 1000 && unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return unit == 0
      ? "\(self) bytes" : String(format: value < 10 ? "%.2f %@" : "%.1f %@", value, units[unit])
  }

  /// As a size in the largest unit that leaves four digits or more, cut off: `4860 MB`. For columns that are added up.
  package var asWholeBytes: String {
    switch self {
    case ..<10_000: "\(self) bytes"
    case ..<10_000_000: "\(self / 1000) kB"
    default: "\(self / 1_000_000) MB"
    }
  }

  /// With zeros in front, so that it has at least `width` digits.
  package func padded(to width: Int) -> String { String(self).zeroPadded(to: width) }
}

extension String {
  /// Digits with zeros in front, so that there are at least `width`.
  package func zeroPadded(to width: Int) -> String {
    String(repeating: "0", count: Swift.max(width - count, 0)) + self
  }
}
