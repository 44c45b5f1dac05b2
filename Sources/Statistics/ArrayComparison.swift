/// The difference between an array and its reference.
package struct ArrayComparison: Sendable, Hashable, Codable {
  /// The name of the array: `logits`, or a layer's canonical name.
  package var name: String
  /// The number of elements compared.
  package var count: Int
  /// The largest absolute difference divided by the RMS of the reference. A NaN in the array gives NaN.
  package var error: Double
  /// The largest absolute difference.
  package var maximumDifference: Double
  /// The indices of the largest difference: the image and the unit.
  package var image: Int, unit: Int
  /// Both values at the largest difference.
  package var value: Double, reference: Double
  /// The cosine similarity of the arrays.
  package var cosine: Double
  /// The number of images with the same argmax over units in both arrays.
  package var argmaxAgreements: Int
  /// The largest error that passes.
  package var tolerance: Double

  /// Whether the error is within the tolerance. NaN does not pass.
  package var passes: Bool { error <= tolerance }

  /// Compares arrays of images × units.
  ///
  /// - Precondition: Both arrays have the same number of elements, a multiple of `units`.
  package static func compare(
    _ name: String, _ values: [Float], with references: [Float], units: Int, tolerance: Double
  ) -> ArrayComparison {
    precondition(values.count == references.count && units > 0, "arrays of the same shape")
    var worst = 0
    var largest = 0.0
    var (products, squares, referenceSquares) = (0.0, 0.0, 0.0)
    for index in values.indices {
      let (value, reference) = (Double(values[index]), Double(references[index]))
      let difference = abs(value - reference)
      // NaN counts as the largest difference. The first NaN is kept.
      if !largest.isNaN && (difference > largest || difference.isNaN) {
        (worst, largest) = (index, difference)
      }
      products += value * reference
      squares += value * value
      referenceSquares += reference * reference
    }
    let rms = (referenceSquares / Double(max(values.count, 1))).squareRoot()
    let lengths = (squares * referenceSquares).squareRoot()
    return ArrayComparison(
      name: name, count: values.count, error: largest == 0 ? 0 : largest / rms, maximumDifference: largest,
      image: worst / units, unit: worst % units, value: Double(values[worst]),
      reference: Double(references[worst]), cosine: lengths == 0 ? 1 : products / lengths,
      argmaxAgreements: (0..<values.count / units).count { image in
        let row = image * units..<(image + 1) * units
        return argmax(values[row]) == argmax(references[row])
      }, tolerance: tolerance)
  }

  private static func argmax(_ row: ArraySlice<Float>) -> Int {
    var best = row.startIndex
    for index in row.indices where row[index] > row[best] || row[best].isNaN { best = index }
    return best - row.startIndex
  }
}
