/// A proportion of successes with its confidence interval.
package struct Proportion: Sendable, Hashable, Codable {
  /// The number of successes and of trials.
  package var successes: Int, trials: Int
  /// Successes divided by trials.
  package var value: Double
  /// The bounds of the 95 % confidence interval.
  package var low: Double, high: Double

  /// Computes Wilson's score interval (1927). Unlike the normal approximation, the interval stays within 0…1
  /// and is valid for few trials and proportions near 0 or 1. With z = 1.96, the centre is (p + z² / 2n) / (1
  /// + z² / n) and the half-width is z √(p (1 − p) / n + z² / 4n²) / (1 + z² / n).
  ///
  /// - Precondition: `trials` is positive and `successes` in 0...`trials`.
  package init(successes: Int, trials: Int) {
    precondition(trials > 0 && (0...trials).contains(successes), "\(successes) of \(trials)")
    let (n, z) = (Double(trials), 1.959963984540054)
    let p = Double(successes) / n
    let scale = 1 + z * z / n
    let centre = (p + z * z / (2 * n)) / scale
    let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / scale
    (self.successes, self.trials, value) = (successes, trials, p)
    // Rounding must not move a bound past the observed proportion.
    (low, high) = (min(max(centre - half, 0), p), max(min(centre + half, 1), p))
  }
}
