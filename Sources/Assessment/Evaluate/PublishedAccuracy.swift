package import Statistics

/// A published accuracy, and its comparison with a measured one.
package struct PublishedAccuracy: Sendable, Hashable, Codable {
  /// The result of the comparison.
  package enum Verdict: String, Sendable, Codable {
    /// The confidence interval of the measured accuracy contains the published accuracy, or does not.
    case inside, outside
    /// The interval is wider than ``widestInterval``, so it would contain nearly every accuracy.
    case fewImages = "few_images"
    /// The images have so few classes that they are not a sample of the validation set.
    case fewClasses = "few_classes"
    /// The weights are generated; no accuracy is published for them.
    case generatedWeights = "generated_weights"
  }

  /// The largest width of an interval for which ``Verdict/inside`` is informative.
  static let widestInterval = 0.1

  /// The fraction of ImageNet's 50,000 validation images whose label was the best class.
  package var top1: Double
  /// The checkpoint of the published accuracy.
  package var checkpoint: String
  /// The result of the comparison.
  package var verdict: Verdict

  /// Compares a measured accuracy with a published one.
  ///
  /// - Parameters:
  ///   - top1: The published accuracy.
  ///   - checkpoint: The checkpoint of the published accuracy.
  ///   - measured: The measured accuracy.
  ///   - generated: Whether the weights are generated.
  ///   - classes: The number of different labels of the measured images. In a sample of the validation set it
  ///     is more than half the number of images, or more than half of ImageNet's 1,000 classes.
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
