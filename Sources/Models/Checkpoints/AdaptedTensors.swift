import Machine
import Tensor

/// How one parameter of a network comes out of a checkpoint.
struct AdaptedTensor: Hashable {
  /// The name the network knows it by.
  var name: String
  /// The checkpoint's tensors, stacked along the first axis after permutation; usually one.
  var parts: [String]
  /// The order of the checkpoint's axes, `nil` as they are: `[3, 2, 0, 1]` makes OIHW of HWIO.
  var permutation: [Int]? = nil
  /// The shape after that.
  var shape: Shape
}

/// A checkpoint under other names, tensors transposed only when they are read.
struct AdaptedTensors: TensorSource {
  let names: [String]
  private let base: any TensorSource
  private let entries: [String: AdaptedTensor]

  /// Creates the view. Of two tensors of one name the first has it; the other shows where it comes from, so that
  /// binding reports it.
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
  /// The tensor with its axes in another order: axis `i` of the result is axis `order[i]` of this.
  ///
  /// - Precondition: `order` holds each axis once.
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

  /// Copies elements `steps` apart on each axis to consecutive ones.
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
