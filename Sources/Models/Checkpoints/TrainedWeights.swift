/// The trained weights of a network: their publication, the mapping of their names to the network's, and the
/// features that distinguish them from other weights that fit.
public struct TrainedWeights: Sendable {
  /// The published files; `nil` for a network without specific weights.
  package let published: CheckpointSource?
  /// Top-1 accuracy on ImageNet's validation set as published for the weights (CLIP: zero-shot).
  public let top1: Double?
  /// The names and the arrangement of the parameters in checkpoints.
  let layout: CheckpointLayout
  /// The changes of names by ``layout``, in words.
  package let renames: String
  /// Published weights that fit the network and are not meant.
  package let others: [OtherWeights]
  /// The names that libraries give the architecture, in lower case.
  package let architectureNames: Set<String>
  /// Architectures with the same parameters and a different computation, with the difference in words.
  package let likeArchitectures: [String: String]
  /// Words in the file names of other weights, in lower case.
  package let wordsOfOthers: [String]
  /// Signs of other weights in the keys of a checkpoint.
  package let signs: [WeightsSign]
  /// The activation of the MLPs, if the parameters fit two activations.
  package let gelu: GELUVariant?

  /// The absence of specific weights: any checkpoint with the network's parameters, under their own names, is
  /// accepted.
  public static let unpublished = TrainedWeights(
    published: nil, top1: nil, renames: "none", architectureNames: [])

  init(
    published: CheckpointSource?, top1: Double?, layout: CheckpointLayout = .plain, renames: String,
    others: [OtherWeights] = [], architectureNames: Set<String>, likeArchitectures: [String: String] = [:],
    wordsOfOthers: [String] = [], signs: [WeightsSign] = [], gelu: GELUVariant? = nil
  ) {
    (self.published, self.top1, self.layout, self.renames) = (published, top1, layout, renames)
    (self.others, self.architectureNames, self.likeArchitectures) = (
      others, architectureNames, likeArchitectures
    )
    (self.wordsOfOthers, self.signs, self.gelu) = (wordsOfOthers, signs, gelu)
  }
}
