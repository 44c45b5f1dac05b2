import Foundation
import Machine

/// The configuration file beside a checkpoint: `open_clip_config.json`, or the `config.json` of timm and
/// transformers.
struct ModelConfiguration {
  /// The name of the file.
  let fileName: String
  /// The architecture, under timm's name: `resnet50`.
  var architecture: String?
  /// The weights, under timm's name: `a1_in1k`.
  var tag: String?
  /// Whether a CLIP model has the approximate GELU; `nil` if unknown.
  var hasQuickGELU: Bool?

  /// The largest size of a configuration in bytes.
  private static let maximumBytes = 1 << 20

  /// Whether the checkpoint has a file name that the hub uses for weights. A configuration beside it then
  /// describes these weights.
  static func belongs(to checkpoint: String) -> Bool {
    [
      "open_clip_model.safetensors", "open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin",
      "model.safetensors", "pytorch_model.bin",
    ].contains(checkpoint)
  }

  /// Reads the configuration in the folder of a checkpoint; `nil` if there is none with useful contents.
  init?(beside checkpoint: String) {
    let folder = PathText.folder(of: checkpoint)
    for name in ["open_clip_config.json", "config.json"] {
      let path = "\(folder)/\(name)"
      guard Disk.isDirectory(path) == false, let size = Disk.size(of: path), size <= Self.maximumBytes,
        let data = Disk.data(of: path),
        let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
      else { continue }
      self.init(fileName: name)
      if let model = object["model_cfg"] as? [String: Any], model["vision_cfg"] is [String: Any] {
        hasQuickGELU = model["quick_gelu"] as? Bool ?? false
      } else if let vision = object["vision_config"] as? [String: Any] {
        hasQuickGELU = (vision["hidden_act"] as? String).map { $0 == "quick_gelu" }
      } else if object["pretrained_cfg"] is [String: Any] || object["num_features"] != nil {
        architecture = object["architecture"] as? String
        tag = (object["pretrained_cfg"] as? [String: Any])?["tag"] as? String
      }
      if hasQuickGELU != nil || architecture != nil { return }
    }
    return nil
  }

  private init(fileName: String) { self.fileName = fileName }
}
