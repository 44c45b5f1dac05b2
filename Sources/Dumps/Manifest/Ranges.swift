/// Numbers put into words as the fewest ranges.
public enum Ranges {
  /// `3,17-19`, as Slurm's `--array` reads it.
  ///
  /// - Parameters:
  ///   - numbers: The numbers, ascending.
  ///   - separator: What stands between ranges.
  /// - Returns: The ranges.
  public static func text(_ numbers: [Int], separator: String = ",") -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map(text).joined(separator: separator)
  }

  package static func text(_ range: ClosedRange<Int>) -> String {
    range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
  }
}
