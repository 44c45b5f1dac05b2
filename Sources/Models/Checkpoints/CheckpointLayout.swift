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

/// What training code puts around parts of a model.
///
/// What is around the whole model is a prefix of all keys, whatever its name, and ``WeightsSearch`` finds it.
enum Wrapping {
  /// A key as the file has it, and without its wrapping.
  struct Key {
    let stored: String
    let bare: String
  }

  /// The attributes in which PyTorch's own wrappers keep a module: DataParallel and DDP, torch.compile, FSDP, activation
  /// checkpointing, Fabric. They wrap single layers, too; no network has a layer of these names.
  private static let wrappers: Set<Substring> = [
    "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module",
  ]

  /// The keys of the model's tensors; batch counts of BatchNorm are left out.
  static func keys(of source: any TensorSource) -> [Key] {
    source.names.compactMap { stored in
      guard !stored.hasSuffix(".num_batches_tracked") else { return nil }
      let parts = stored.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.contains(where: wrappers.contains) else { return Key(stored: stored, bare: stored) }
      return Key(stored: stored, bare: parts.filter { !wrappers.contains($0) }.joined(separator: "."))
    }
  }
}
