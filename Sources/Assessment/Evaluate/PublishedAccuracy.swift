package import Statistics

/// A published accuracy, and what a measured one says about it.
package struct PublishedAccuracy: Sendable, Hashable, Codable {
  /// How a measured accuracy stands to the published one.
  package enum Verdict: String, Sendable, Codable {
    /// The interval holds the published share, or does not.
    case inside, outside
    /// The interval is wider than ``widestInterval``: nearly every share would lie inside.
    case fewImages = "few_images"
    /// The images are of so few classes that they are no sample of the validation set.
    case fewClasses = "few_classes"
    /// The weights are generated: nothing was published for them.
    case generatedWeights = "generated_weights"
  }

  /// The widest interval about which "inside" says something.
  static let widestInterval = 0.1

  /// The share of ImageNet's 50,000 validation images whose label was the best class.
  package var top1: Double
  /// The file it was published for.
  package var checkpoint: String
  /// What the measured share says.
  package var verdict: Verdict

  /// Compares a measured share.
  ///
  /// - Parameters:
  ///   - top1: The published share.
  ///   - checkpoint: The file it was published for.
  ///   - measured: The measured share.
  ///   - generated: Whether the weights are generated.
  ///   - classes: How many different labels the measured images have. A sample of the validation set has more than half
  ///     as many as images, or than ImageNet's 1,000.
  package init(_ top1: Double, of checkpoint: String, measured: Proportion, generated: Bool, classes: Int) {
    (self.top1, self.checkpoint) = (top1, checkpoint)
    if generated {
      verdict = .generatedWeights
      return
    }
    let isSample = 2 * classes > min(measured.trials, 1000)
    verdict =
      !isSample
      ? .fewClasses
      : !(measured.low...measured.high).contains(top1)
        ? .outside : measured.high - measured.low > Self.widestInterval ? .fewImages : .inside
  }
}
