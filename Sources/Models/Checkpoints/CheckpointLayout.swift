import Tensor

/// How the checkpoints of a network name and arrange its parameters, by origin.
struct CheckpointLayout: Sendable {
  /// Turns the checkpoint's tensors into the network's, in the checkpoint's order.
  let adapt: @Sendable (any TensorSource) -> [AdaptedTensor]

  /// Names as they are.
  static let plain = CheckpointLayout { source in
    source.names.map {
      AdaptedTensor(name: $0, parts: [$0], permutation: nil, shape: source.shape(of: $0) ?? [])
    }
  }
}
