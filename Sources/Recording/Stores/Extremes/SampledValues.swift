import Machine

/// The activations of one layer in the sampled rows, read for some units at a time.
struct SampledValues {
  /// The rows, ascending.
  var rows: [Int]
  /// A function that returns the activations of some consecutive units, units × rows.
  var values: (_ units: Range<Int>) throws(Failure) -> [Float]
}
