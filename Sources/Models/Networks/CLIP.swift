/// The common properties of CLIP's image towers. Each tower has a file of its own.
enum CLIP {
  static let paper =
    "Learning Transferable Visual Models From Natural Language Supervision, arXiv:2103.00020"

  /// Returns the keys that only OpenAI's archives contain beside the parameters.
  static func openAISizes(in keys: Set<String>) -> [String] {
    ["input_resolution", "context_length", "vocab_size"].filter { size in
      keys.contains { $0 == size || $0.hasSuffix(".\(size)") }
    }
  }

  /// Whether the keys are those of an archive from OpenAI.
  @Sendable static func isOfOpenAI(_ keys: Set<String>) -> Bool { !openAISizes(in: keys).isEmpty }
}

extension CheckpointLayout {
  /// The layout of a whole CLIP model, of which only the image tower is read, or of an image tower alone,
  /// with or without its prefix.
  static let clip = CheckpointLayout { keys in
    let isWhole = keys.contains { $0.hasPrefix("visual.") }
    return { key in
      guard isWhole else { return "visual.\(key)" }
      let isText = textTower.contains(String(key.prefix { $0 != "." }))
      return isText ? nil : key
    }
  }

  /// The first components of CLIP's keys that do not belong to the image tower, `text` for a separate text
  /// tower, and the sizes that OpenAI's archives contain beside the parameters.
  private static let textTower: Set<String> = [
    "transformer", "token_embedding", "positional_embedding", "ln_final", "text_projection", "attn_mask",
    "text",
    "logit_scale", "logit_bias", "input_resolution", "context_length", "vocab_size",
  ]
}

extension CheckpointSource.File {
  /// Describes an archive from OpenAI, whose address contains its digest.
  static func openAI(_ name: String, sha256: String, bytes: Int) -> Self {
    Self(
      name, url: "https://openaipublic.azureedge.net/clip/models/\(sha256)/\(name)", .torchScript,
      sha256: .full(sha256), bytes: bytes)
  }
}
