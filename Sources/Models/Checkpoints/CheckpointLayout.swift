import Tensor

/// The names and the arrangement of a network's parameters in checkpoints of all known origins.
struct CheckpointLayout: Sendable {
  /// Converts the checkpoint's tensors to the network's, in the order of the checkpoint.
  let adapt: @Sendable (any TensorSource) -> [AdaptedTensor]

  /// Creates a layout whose tensors are stored as the network reads them.
  ///
  /// - Parameter renaming: Given all keys of a checkpoint, without the prefixes of training wrappers, returns
  ///   a function from a key to the name of its parameter. The function returns `nil` for keys that inference
  ///   does not need, and unknown keys unchanged.
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

  /// The layout whose names are unchanged.
  static let plain = CheckpointLayout { _ in { $0 } }
}

/// The wrapper modules that training code puts around parts of a model.
///
/// A wrapper of the whole model is a prefix of all keys. ``WeightsSearch`` finds this prefix, whatever its
/// name.
enum Wrapping {
  /// A key as in the file, and without the names of wrappers.
  struct Key {
    let stored: String
    let bare: String
  }

  /// The attributes in which PyTorch's wrappers keep a module: DataParallel and DDP, torch.compile, FSDP,
  /// activation checkpointing, Fabric. They can wrap single layers, too. No network has a layer with one of
  /// these names.
  private static let wrappers: Set<Substring> = [
    "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module",
  ]

  /// Returns the keys of the model's tensors, without the batch counts of BatchNorm.
  static func keys(of source: any TensorSource) -> [Key] {
    source.names.compactMap { stored in
      guard !stored.hasSuffix(".num_batches_tracked") else { return nil }
      let parts = stored.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.contains(where: wrappers.contains) else { return Key(stored: stored, bare: stored) }
      return Key(stored: stored, bare: parts.filter { !wrappers.contains($0) }.joined(separator: "."))
    }
  }
}
