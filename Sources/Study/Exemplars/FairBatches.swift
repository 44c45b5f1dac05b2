package import Statistics

/// Distributes images so that every batch gets one from each level of activation.
package enum FairBatches {
  /// Cuts a list, ordered from the least to the most extreme, into bins of as many elements as there are
  /// batches. Then shuffles each bin, in order, and gives batch b the b-th element of every bin.
  ///
  /// - Parameters:
  ///   - elements: A list whose length is a multiple of `batches`.
  ///   - batches: The number of batches.
  ///   - random: The generator of the shuffles.
  /// - Returns: The batches, each from the least extreme bin to the last.
  /// - Precondition: The length of `elements` is a multiple of `batches`.
  package static func deal<Element>(
    _ elements: [Element], into batches: Int, using random: inout NumPyRandom
  ) -> [[Element]] {
    precondition(batches > 0 && elements.count % batches == 0, "\(elements.count) into \(batches)")
    let bins = stride(from: 0, to: elements.count, by: batches).map { start in
      var bin = Array(elements[start..<start + batches])
      random.shuffle(&bin)
      return bin
    }
    return (0..<batches).map { batch in bins.map { $0[batch] } }
  }
}

extension ExemplarWindows {
  /// Returns the ranks of every batch at both ends, in the study's order: at either end from the least
  /// extreme reference to the most extreme (0 to 8), then the query (9). The low end draws from the generator
  /// first.
  ///
  /// - Returns: [batch][0…9].
  package func deal(using random: inout NumPyRandom) -> (low: [[Int]], high: [[Int]]) {
    let low = FairBatches.deal(
      lowReferences.reversed() + lowQueries.reversed(), into: batches, using: &random)
    let high = FairBatches.deal(Array(highReferences) + Array(highQueries), into: batches, using: &random)
    return (low, high)
  }
}
