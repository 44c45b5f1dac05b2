/// A share of successes with what chance leaves open.
public struct Proportion: Sendable, Hashable, Codable {
  /// The successes, and the trials.
  public var successes: Int, trials: Int
  /// Successes over trials.
  public var value: Double
  /// The 95 % interval of the true share.
  public var low: Double, high: Double

  /// Wilson's score interval (1927): unlike the normal approximation it stays within 0…1 and holds for few trials and
  /// shares near 0 or 1. With z = 1.96, centre (p + z² / 2n) / (1 + z² / n), half-width
  /// z √(p (1 − p) / n + z² / 4n²) / (1 + z² / n).
  ///
  /// - Precondition: `trials` is positive and `successes` in 0...`trials`.
  public init(successes: Int, trials: Int) {
    precondition(trials > 0 && (0...trials).contains(successes), "\(successes) of \(trials)")
    let (n, z) = (Double(trials), 1.959963984540054)
    let p = Double(successes) / n
    let scale = 1 + z * z / n
    let centre = (p + z * z / (2 * n)) / scale
    let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / scale
    (self.successes, self.trials, value) = (successes, trials, p)
    // Rounding must not push an end past what was seen.
    (low, high) = (min(max(centre - half, 0), p), max(min(centre + half, 1), p))
  }
}
