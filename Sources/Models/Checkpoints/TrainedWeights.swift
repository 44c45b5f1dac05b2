/// The trained weights of a network: where they are published, how their names become the network's, and what tells
/// them from others that fit.
public struct TrainedWeights: Sendable {
  /// Where they are published; `nil` for a network that means no weights in particular.
  package let published: CheckpointSource?
  /// Top-1 accuracy on ImageNet's validation set as published for them (CLIP: zero-shot).
  public let top1: Double?
  /// How checkpoints name and arrange the parameters.
  let layout: CheckpointLayout
  /// The changes that ``layout`` makes, in words.
  package let renames: String
  /// Published weights that fit and are not meant.
  package let others: [OtherWeights]
  /// The names that libraries give the architecture, in lower case.
  package let architectureNames: Set<String>
  /// Architectures whose parameters fit and that compute something else, and the difference.
  package let likeArchitectures: [String: String]
  /// Words that the names of files have where their weights are others, in lower case.
  package let wordsOfOthers: [String]
  /// Signs in the keys of a checkpoint that its weights are others.
  package let signs: [WeightsSign]
  /// The activation of the MLPs, where the parameters fit two.
  package let gelu: GELUVariant?

  /// No weights in particular: every checkpoint with the network's parameters, under their own names, is as good.
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
