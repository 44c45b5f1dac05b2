import Statistics
import Testing

struct ProportionTests {
  @Test(
    "the bounds of the interval are the proportions that are 1.96 deviations from the observed one",
    arguments: [
      (8, 10, 0.4901624715, 0.9433178485), (0, 10, 0, 0.2775327999), (10, 10, 0.7224672001, 1),
      (29089, 50000, 0.5774502851, 0.5860971496),
    ])
  func wilson(successes: Int, trials: Int, low: Double, high: Double) {
    let share = Proportion(successes: successes, trials: trials)
    #expect(abs(share.low - low) <= 1e-9 && abs(share.high - high) <= 1e-9)
    for end in [share.low, share.high] where end > 1e-9 && end < 1 - 1e-9 {
      let deviations = abs(share.value - end) / (end * (1 - end) / Double(trials)).squareRoot()
      #expect(abs(deviations - 1.959963984540054) <= 1e-9)
    }
    #expect(share.low <= share.value && share.value <= share.high)
  }
}
