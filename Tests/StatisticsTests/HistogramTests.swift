import Statistics
import Testing

@Suite("Histograms")
struct HistogramTests {
  @Test("Counts are NumPy's")
  func numpy() {
    // The expected counts are from NumPy:
    // v = np.arange(101, dtype=np.float32) ** 2 / np.float32(100)
    // np.histogram(v.astype(np.float64), bins=40, range=(0, 100))[0]
    let values = (0...100).map { Float($0 * $0) / 100 }
    #expect(
      Histogram.counts(of: values, from: 0, to: 100) == [
        16, 7, 5, 4, 4, 3, 3, 3, 3, 2, 3, 2, 3, 2, 2, 2, 2, 2, 1, 2, 2, 2, 1, 2, 2, 1, 2, 1, 2, 1, 2, 1, 1, 2,
        1, 1,
        2, 1, 1, 2,
      ])
  }

  @Test("Non-finite numbers and ranges of width zero are not counted")
  func unbounded() {
    #expect(Histogram.counts(of: [.nan, .infinity, -.infinity, 1], from: 0, to: 1).reduce(0, +) == 1)
    for (low, high) in [(1, 1), (0, .infinity), (.nan, 1), (2, 1)] as [(Float, Float)] {
      #expect(Histogram.counts(of: [1, 1], from: low, to: high).allSatisfy { $0 == 0 })
    }
  }

  @Test("The upper bound and all values above it belong to the last bin")
  func ends() {
    let counts = Histogram.counts(of: [-1, 0, 1.5, 2, 9, .nan], bins: 2) { $0.isNaN ? nil : Double($0) }
    #expect(counts == [2, 3])
  }
}
