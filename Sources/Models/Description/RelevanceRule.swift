/// The study's rules, applied to names in PyTorch's order of registration.
extension RelevanceRule {
  /// Lucid's InceptionV1: the convolutions of the inception modules.
  static let inceptionV1 = RelevanceRule(
    "relevant", "the convolutions of the inception modules, before their activation"
  ) { $0.hasPrefix("mixed") && $0.contains("pre_relu_conv") }

  /// ResNets, CLIP's too.
  static let resNet = RelevanceRule(
    "relevant", "convolutions, normalisations and sums of the residual blocks, before their activation"
  ) { $0.hasPrefix("layer") && $0.ends(in: "conv1", "conv2", "conv3", "bn1", "bn2", "bn3", "shortcut") }

  /// DenseNets.
  static let denseNet = RelevanceRule(
    "relevant", "convolutions and normalisations of the dense blocks and transitions, before their activation"
  ) { name in
    name.hasPrefix("features_denseblock") && name.ends(in: "conv1", "conv2", "norm1", "norm2")
      || name.hasPrefix("features_transition") && name.ends(in: "conv", "norm")
  }

  /// ConvNeXts, without the Identity in the MLP.
  static let convNeXt = RelevanceRule(
    "relevant", "blocks with their depthwise convolution, normalisation and both layers of the MLP"
  ) { $0.isConvNeXtLayer && !$0.hasSuffix("mlp_norm") }

  /// ConvNeXts, to the letter of the study's rule. timm has an Identity called `norm` behind the MLP's activation
  /// since March 2023, which the rule takes in; the authors' own list, made that April, very probably did too.
  static let convNeXtWithIdentities = RelevanceRule(
    "relevant-with-mlp-norm",
    "the same and the MLP's activation, where timm since 0.8.17 has an Identity whose name the rule takes in"
  ) { $0.isConvNeXtLayer }

  /// timm's vision transformers.
  static let visionTransformer = RelevanceRule(
    "relevant", "normalisations, what attention and MLP add, and both layers of the MLP, in every block"
  ) { $0.hasPrefix("blocks_") && $0.ends(in: "norm1", "ls1", "norm2", "mlp_fc1", "mlp_fc2", "ls2") }

  /// CLIP's vision transformers.
  static let clipVisionTransformer = RelevanceRule(
    "relevant", "normalisations, what attention and MLP add, and both layers of the MLP, in every block"
  ) { name in
    name.hasPrefix("transformer_resblocks")
      && name.ends(in: "ln_1", "ls_1", "ln_2", "mlp_c_fc", "mlp_c_proj", "ls_2")
  }

  /// Beyond the study, in its spirit.
  static let squeezeNet = RelevanceRule(
    "relevant", "every convolution, before its activation (not part of the study)"
  ) { ["features_0", "classifier_1"].contains($0) || $0.ends(in: "_squeeze", "_expand1x1", "_expand3x3") }

  /// Beyond the study, in its spirit.
  static let googLeNet = RelevanceRule(
    "relevant", "every convolution and its normalisation, before the activation (not part of the study)"
  ) { $0.ends(in: "_conv", "_bn") }
}

extension String {
  fileprivate func ends(in suffixes: String...) -> Bool { suffixes.contains { hasSuffix($0) } }

  /// Whether this is `stages_d_blocks_d`, or begins so and ends as the study's rule for ConvNeXt wants.
  fileprivate var isConvNeXtLayer: Bool {
    let parts = split(separator: "_")
    guard parts.count >= 4, parts[0] == "stages", parts[2] == "blocks", Int(parts[1]) != nil,
      Int(parts[3]) != nil
    else { return false }
    return parts.count == 4 || ends(in: "conv_dw", "norm", "mlp_fc1", "mlp_fc2")
  }
}
