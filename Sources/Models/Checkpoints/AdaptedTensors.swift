import Machine
import Tensor

/// The origin of one parameter of a network in a checkpoint.
struct AdaptedTensor: Hashable {
  /// The network's name of the parameter.
  var name: String
  /// The names of the checkpoint's tensors, usually one. Several are concatenated along the first axis after
  /// permutation.
  var parts: [String]
  /// The permutation of the checkpoint's axes; `nil` for none. For example, `[3, 2, 0, 1]` converts HWIO to
  /// OIHW.
  var permutation: [Int]? = nil
  /// The shape after permutation and concatenation.
  var shape: Shape
}

/// A view of a checkpoint with other names. Tensors are transposed only when they are read.
struct AdaptedTensors: TensorSource {
  let names: [String]
  private let base: any TensorSource
  private let entries: [String: AdaptedTensor]

  /// Creates the view. If two tensors have the same name, the first one keeps it. The other is listed under
  /// its origin, so that binding reports it.
  init(_ adapted: [AdaptedTensor], from base: any TensorSource) {
    var names: [String] = []
    var entries: [String: AdaptedTensor] = [:]
    for var tensor in adapted {
      if entries[tensor.name] != nil {
        tensor.name += " (again, from \(tensor.parts.joined(separator: ", ")))"
      }
      entries[tensor.name] = tensor
      names.append(tensor.name)
    }
    (self.names, self.entries, self.base) = (names, entries, base)
  }

  func shape(of name: String) -> Shape? { entries[name]?.shape }

  func tensor(named name: String) throws -> Tensor {
    guard let entry = entries[name] else { throw UnknownName(.tensor, name: name, known: []) }
    let parts = try entry.parts.map { part in
      let tensor = try base.tensor(named: part)
      return entry.permutation.map { tensor.permuted($0) } ?? tensor
    }
    guard parts.count > 1 else { return parts[0].reshaped(to: entry.shape) }
    return Tensor(shape: entry.shape, parts.flatMap(\.elements))
  }
}

extension Tensor {
  /// Returns the tensor with permuted axes: axis `i` of the result is axis `order[i]` of this tensor.
  ///
  /// - Precondition: `order` contains each axis once.
  func permuted(_ order: [Int]) -> Tensor {
    precondition(order.sorted() == Array(0..<shape.rank), "\(order) is no order of the axes of \(shape)")
    var strides = Array(repeating: 1, count: shape.rank)
    for axis in stride(from: shape.rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    let extents = order.map { shape[$0] }
    let steps = order.map { strides[$0] }
    return Tensor(shape: Shape(extents)) { target in
      withUnsafeBufferPointer { source in
        Self.gather(source, extents: extents[...], steps: steps[...], into: target)
      }
    }
  }

  /// Copies elements with the strides `steps` into contiguous memory.
  private static func gather(
    _ source: UnsafeBufferPointer<Float>, extents: ArraySlice<Int>, steps: ArraySlice<Int>,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    guard let extent = extents.first, let step = steps.first, !target.isEmpty else { return }
    let span = target.count / extent
    for position in 0..<extent {
      guard extents.count > 1 else {
        target[position] = source[position * step]
        continue
      }
      gather(
        UnsafeBufferPointer(rebasing: source[(position * step)...]), extents: extents.dropFirst(),
        steps: steps.dropFirst(), into: .init(rebasing: target[(position * span)..<((position + 1) * span)]))
    }
  }
}
