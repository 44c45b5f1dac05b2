/// The facts that CLIP's image towers share; the towers are in files of their own.
enum CLIP {
  static let paper =
    "Learning Transferable Visual Models From Natural Language Supervision, arXiv:2103.00020"

  /// The keys that only OpenAI's archives have beside the parameters.
  static func openAISizes(in keys: Set<String>) -> [String] {
    ["input_resolution", "context_length", "vocab_size"].filter { size in
      keys.contains { $0 == size || $0.hasSuffix(".\(size)") }
    }
  }

  /// Whether a checkpoint of these keys is an archive of OpenAI's.
  @Sendable static func isOfOpenAI(_ keys: Set<String>) -> Bool { !openAISizes(in: keys).isEmpty }
}

extension CheckpointLayout {
  /// A whole CLIP model, of which the image tower is kept, or an image tower alone, with or without its prefix.
  static let clip = CheckpointLayout { keys in
    let isWhole = keys.contains { $0.hasPrefix("visual.") }
    return { key in
      guard isWhole else { return "visual.\(key)" }
      let isText = textTower.contains(String(key.prefix { $0 != "." }))
      return isText ? nil : key
    }
  }

  /// The first parts of CLIP's keys that have nothing to do with images, `text` where a tower is kept apart, and
  /// the sizes that OpenAI's archives hold beside the parameters.
  private static let textTower: Set<String> = [
    "transformer", "token_embedding", "positional_embedding", "ln_final", "text_projection", "attn_mask",
    "text",
    "logit_scale", "logit_bias", "input_resolution", "context_length", "vocab_size",
  ]
}

extension CheckpointSource.File {
  /// An archive of OpenAI's, which lies under its digest.
  static func openAI(_ name: String, sha256: String, bytes: Int) -> Self {
    Self(
      name, url: "https://openaipublic.azureedge.net/clip/models/\(sha256)/\(name)", .torchScript,
      sha256: .full(sha256), bytes: bytes)
  }
}
