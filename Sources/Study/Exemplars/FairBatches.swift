package import Statistics

/// Deals images out so that every batch gets one from each level of activation.
package enum FairBatches {
  /// Cuts a list from the least to the most extreme into bins of as many elements as there are batches, shuffles each
  /// bin, in order, and gives batch b the b-th element of every bin.
  ///
  /// - Parameters:
  ///   - elements: A multiple of `batches`.
  ///   - batches: How many.
  ///   - random: What shuffles.
  /// - Returns: The batches, each from the least extreme bin to the last.
  /// - Precondition: `elements` divide into bins.
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
  /// The ranks of every batch at both ends, in the study's order: at either end from the least extreme reference to the
  /// most extreme (0 to 8), then the query (9); the low end draws from the generator first.
  ///
  /// - Returns: [batch][0…9].
  package func deal(using random: inout NumPyRandom) -> (low: [[Int]], high: [[Int]]) {
    let low = FairBatches.deal(
      lowReferences.reversed() + lowQueries.reversed(), into: batches, using: &random)
    let high = FairBatches.deal(Array(highReferences) + Array(highQueries), into: batches, using: &random)
    return (low, high)
  }
}
