/// The study's rules, applied to names in PyTorch's order of registration.
extension RelevanceRule {
  /// ResNets, CLIP's too: convolutions, their normalisations and the sum of each block.
  static let resNet = RelevanceRule(
    "relevant", "convolutions, normalisations and sums of the residual blocks, before their activation"
  ) { name in
    name.hasPrefix("layer")
      && hasSuffix(name, ["conv1", "conv2", "conv3", "bn1", "bn2", "bn3", "shortcut"])
  }

  /// Beyond the study, in its spirit: every convolution of SqueezeNet, which normalises nothing.
  static let squeezeNet = RelevanceRule(
    "relevant", "every convolution, before its activation (not part of the study)"
  ) { name in
    ["features_0", "classifier_1"].contains(name)
      || hasSuffix(name, ["_squeeze", "_expand1x1", "_expand3x3"])
  }

  private static func hasSuffix(_ name: String, _ suffixes: [String]) -> Bool {
    suffixes.contains { name.hasSuffix($0) }
  }
}
