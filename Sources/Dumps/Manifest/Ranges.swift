/// Lists of numbers written as text, with as few ranges as possible.
package enum Ranges {
  /// Returns text such as `3,17-19`, the syntax of Slurm's `--array`.
  ///
  /// - Parameters:
  ///   - numbers: The numbers, ascending.
  ///   - separator: The text between two ranges.
  /// - Returns: The ranges.
  package static func text(_ numbers: [Int], separator: String = ",") -> String {
    RangeSet(numbers.map { $0..<$0 + 1 }).ranges.map { text($0.lowerBound...$0.upperBound - 1) }
      .joined(separator: separator)
  }

  package static func text(_ range: ClosedRange<Int>) -> String {
    range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
  }
}

extension RangeSet<Int> {
  /// The number of rows in the set.
  package var rowCount: Int { ranges.reduce(0) { $0 + $1.count } }
}
