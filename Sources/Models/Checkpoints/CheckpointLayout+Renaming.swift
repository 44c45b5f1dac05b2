/// Keys that differ from the network's by origin.
extension CheckpointLayout {
  /// torchvision's before 2018 number a layer's parts with a dot: `denselayer1.norm.1.weight`.
  static let denseNet = CheckpointLayout { _ in
    { key in
      var parts = key.split(separator: ".").map(String.init)
      guard let layer = parts.firstIndex(where: { $0.hasPrefix("denselayer") }), layer + 3 < parts.count,
        ["norm", "relu", "conv"].contains(parts[layer + 1]), ["1", "2"].contains(parts[layer + 2])
      else { return key }
      parts[layer + 1] += parts.remove(at: layer + 2)
      return parts.joined(separator: ".")
    }
  }

  /// torchvision's bring the auxiliary classifiers, which only training uses.
  static let googLeNet = CheckpointLayout { _ in
    { key in key.hasPrefix("aux1.") || key.hasPrefix("aux2.") ? nil : key }
  }

  /// Caffe's and Keras's layers: `fire2/squeeze1x1.weight` is torchvision's `features.3.squeeze.weight`.
  static let squeezeNet = CheckpointLayout { _ in
    { key in
      guard let dot = key.lastIndex(of: ".") else { return key }
      let suffix = key[dot...]
      let layer = key[..<dot].split(separator: "/")
      if layer == ["conv1"] { return "features.0\(suffix)" }
      if layer == ["conv10"] { return "classifier.1\(suffix)" }
      guard layer.count == 2, layer[0].hasPrefix("fire"), let fire = Int(layer[0].dropFirst(4)),
        let part = ["squeeze1x1": "squeeze", "expand1x1": "expand1x1", "expand3x3": "expand3x3"][layer[1]],
        let position = [2: 3, 3: 4, 4: 6, 5: 7, 6: 9, 7: 10, 8: 11, 9: 12][fire]
      else { return key }
      return "features.\(position).\(part)\(suffix)"
    }
  }

  /// The authors' names (`downsample_layers.0.0`, `stages.0.0.dwconv`) to timm's.
  static let convNeXt = CheckpointLayout { _ in
    { key in
      let parts = key.split(separator: ".").map(String.init)
      func joined(_ head: String, _ tail: some Sequence<String>) -> String {
        ([head] + tail).joined(separator: ".")
      }
      switch parts.first {
      case "downsample_layers" where parts.count > 2:
        let stage = parts[1]
        return joined(stage == "0" ? "stem" : "stages.\(stage).downsample", parts[2...])
      case "stages" where parts.count > 3 && Int(parts[2]) != nil:
        let renamed = ["dwconv": "conv_dw", "pwconv1": "mlp.fc1", "pwconv2": "mlp.fc2"][parts[3]] ?? parts[3]
        return joined("stages.\(parts[1]).blocks.\(parts[2])", [renamed] + parts[4...])
      case "norm": return joined("head.norm", parts[1...])
      case "head" where parts.count == 2: return joined("head.fc", parts[1...])
      default: return key
      }
    }
  }

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
  /// what OpenAI's archives hold beside the parameters.
  private static let textTower: Set<String> = [
    "transformer", "token_embedding", "positional_embedding", "ln_final", "text_projection", "attn_mask",
    "text",
    "logit_scale", "logit_bias", "input_resolution", "context_length", "vocab_size",
  ]
}
