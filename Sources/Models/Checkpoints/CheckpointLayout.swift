import Tensor

/// How the checkpoints of a network name and arrange its parameters, whatever their origin.
struct CheckpointLayout: Sendable {
  /// Turns the checkpoint's tensors into the network's, in the checkpoint's order.
  let adapt: @Sendable (any TensorSource) -> [AdaptedTensor]

  /// Creates a layout whose tensors are stored as the network reads them.
  ///
  /// - Parameter renaming: Given all keys of a checkpoint, without what wraps the model in training, returns the
  ///   parameter a key stands for, `nil` for what inference does not need. Unknown keys are to be kept.
  init(renaming: @escaping @Sendable ([String]) -> (String) -> String?) {
    self.init { source in
      let keys = Wrapping.keys(of: source)
      let name = renaming(keys.map(\.bare))
      return keys.compactMap { key in
        name(key.bare).map {
          AdaptedTensor(name: $0, parts: [key.stored], shape: source.shape(of: key.stored) ?? [])
        }
      }
    }
  }

  /// Creates a layout.
  init(adapt: @escaping @Sendable (any TensorSource) -> [AdaptedTensor]) { self.adapt = adapt }

  /// Names as they are.
  static let plain = CheckpointLayout { _ in { $0 } }
}

/// What training code puts around a model's parameters.
enum Wrapping {
  /// A key as the file has it, and without its wrapping.
  struct Key {
    let stored: String
    let bare: String
  }

  /// `state_dict` and `model` of training checkpoints, DataParallel, robustness (`module.model.`), torch.compile.
  private static let prefixes = ["module.", "model.", "state_dict.", "_orig_mod."]
  /// The state of training, and robustness's copies of the model inside its attacker.
  private static let others: Set<Substring> = [
    "optimizer", "scheduler", "lr_scheduler", "schedule", "scaler", "amp", "amp_scaler", "epoch", "model_ema",
    "state_dict_ema", "attacker", "normalizer",
    "nat_prec1", "adv_prec1", "best_prec1",  // accuracies, which robustness keeps as tensors
  ]

  /// The keys of the model's tensors; batch counts of BatchNorm are left out with the rest.
  static func keys(of source: any TensorSource) -> [Key] {
    source.names.compactMap { stored in
      var bare = Substring(stored)
      while let prefix = prefixes.first(where: { bare.hasPrefix($0) }) { bare = bare.dropFirst(prefix.count) }
      let top = bare.prefix { $0 != "." }
      guard !others.contains(top), !bare.hasSuffix(".num_batches_tracked") else { return nil }
      return Key(stored: stored, bare: String(bare))
    }
  }
}
