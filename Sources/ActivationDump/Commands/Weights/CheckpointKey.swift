import Checkpoints
import Models

/// A key in a checkpoint, for the list of valid values of `--weights-key`.
struct CheckpointKey: Encodable {
  let key: String
  /// The number of tensors whose names begin with the key.
  let tensors: Int
  /// The networks whose parameters are complete under the key, without parameters of another network.
  let networks: [String]

  /// Returns the keys where networks fit, then those of the dictionaries with at least a quarter as many
  /// tensors as the largest.
  static func all(in checkpoint: Checkpoint) throws -> [CheckpointKey] {
    var networks: [String: [String]] = [:]
    for model in Model.all {
      let choice = try model.choice(from: checkpoint)
      guard choice.fits else { continue }
      for key in [choice.key] + choice.others { networks[key, default: []].append(model.identifier) }
    }
    var held: [String: Int] = [:]
    for tensor in checkpoint.tensors { held[checkpoint.dictionary(of: tensor.name), default: 0] += 1 }
    let most = held.values.max() ?? 0
    var keys = networks.keys.sorted()
    let dictionaries = held.filter { 4 * $0.value >= most }.keys.sorted()
    // A long list of small dictionaries is a tree of layers; its root is sufficient.
    keys += (dictionaries.count <= 16 ? dictionaries : [""]).filter { networks[$0] == nil }
    return keys.map { key in
      let count = key.isEmpty ? checkpoint.tensors.count : checkpoint.names.count { $0.hasPrefix("\(key).") }
      return CheckpointKey(key: key, tensors: count, networks: networks[key] ?? [])
    }
  }
}
