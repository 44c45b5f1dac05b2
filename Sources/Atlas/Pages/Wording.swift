import Datasets
import Dumps
import Machine
import Tensor

/// The words in which a page describes a recording.
enum Wording {
  /// Returns a share as a percentage with one decimal; only exact values give 0 % or 100 %.
  static func percent(_ share: Double) -> String {
    if share <= 0 { return "0 %" }
    if share >= 1 { return "100 %" }
    let tenths = min(max(Int((1000 * share).rounded()), 1), 999)
    return "\(tenths / 10).\(tenths % 10) %"
  }

  /// Returns words with a capital first letter, for a label.
  static func capitalized(_ words: String) -> String { words.prefix(1).uppercased() + words.dropFirst() }

  /// Returns the description of a layer's reduction.
  static func recorded(_ reduction: String) -> String {
    switch Reduction(rawValue: reduction) {
    case .mean: "mean over positions"
    case .max: "maximum over positions"
    case .token0: "the class token"
    default: reduction
    }
  }

  /// Returns the term for a unit without a recorded value above 0.
  static func neverPositive(_ reduction: String) -> String {
    switch Reduction(rawValue: reduction) {
    case .mean: "never positive on average"
    case .token0: "never positive at the class token"
    default: "never positive"
    }
  }

  /// Returns a sentence about units for which the dump does not determine whether they are dead, and about
  /// the recording that would.
  static func undecided(_ count: Int, _ reduction: String) -> Sentence {
    "\(count.counted("unit")) \(count == 1 ? "is" : "are") \(neverPositive(reduction)); this recording does not"
      + " say whether \(count == 1 ? "it is" : "they are") dead (at most 0 at every position of every image). A recording made"
      + " with \(.baselines) does."
  }

  /// Returns the facts below the table of layers.
  static func provenance(_ manifest: Manifest) -> [IndexPage.Fact] {
    let preprocessing = manifest.preprocessing
    let images = manifest.images
    var facts: [(String, String?)] = [
      ("Network", manifest.model),
      ("Weights", manifest.weights.name),
      ("SHA-256 of the weights", manifest.weights.sha256),
      (
        "Preprocessing",
        "resize \(preprocessing.resize) (\(preprocessing.filter)), crop \(preprocessing.crop), "
          + "\(preprocessing.channelOrder), \(preprocessing.normalization)"
      ),
      ("Pixels", "those of Pillow \(preprocessing.pillowNumber)"),
      ("Decoder", preprocessing.decoder),
      ("Arithmetic", "\(manifest.precision), kernels \(manifest.tier)"),
      ("Recorded", recorded(manifest.reduce)),
      (
        "Images",
        images.count.grouped
          + (images.skipped > 0
            ? ", \(images.skipped.grouped) of which could not be read and are left out" : "")
      ),
      ("SHA-256 of the list of images", images.listSha256),
      ("Labels", labels(images.labels)),
      ("Recorded from", manifest.started), ("to", manifest.ended),
      ("Recorded by", "\(manifest.tool.name) \(manifest.tool.version)"),
    ]
    if let merged = manifest.merged { facts.append(("Merged from", merged.count.counted("shard"))) }
    facts.append(("Atlas by", "activation-dump \(toolVersion)"))
    return facts.compactMap { name, value in value.map { IndexPage.Fact(name: name, value: $0) } }
  }

  private static func labels(_ labels: ImageList.Labels) -> String {
    switch labels {
    case .imagenet: "ImageNet's classes"
    case .folders: "the class folders"
    case .given: "as the list of images gives them"
    case .none: "none"
    }
  }
}
