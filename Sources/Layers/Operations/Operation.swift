package import Tensor

/// The computation of one step of a plan: the packing of its weights, its kernel, its cost, and the
/// properties on which the rewrites and the memory plan depend.
///
/// A layer becomes a step with an operation by ``Layer/lower(_:into:)``. Scale and shift, residual,
/// activation and sums belong to the step and are the same for every operation that has an epilogue. A new
/// operation is one new file in this folder: the layer, its method of ``Value``, and its operation. A layer
/// without tensors, whose parameters are numbers, can be its own operation.
package protocol Operation: Sendable {
  /// The kernel family, as printed in plans: `convolution 3×3/2`.
  var kernelName: String { get }

  /// The capabilities of the kernel besides the operation, on which the rewrites depend.
  var traits: OperationTraits { get }

  /// Returns the placement of the result when the result is a view of the input and nothing runs; `nil` when
  /// a kernel writes the result.
  func view(of input: Placement) -> Placement?

  /// Returns the values that the result may overwrite when no later step reads them, the best choice first.
  func overwritable(by step: Step) -> [Int]

  /// Converts the weights into the layout that the kernel reads, and releases the checkpoint's tensors.
  mutating func pack(at site: Site)

  /// The packed weights; empty before packing.
  var packedWeights: [AlignedBuffer] { get }

  /// Returns the name under which a network's steps are summed up: `convolution 3×3`, `linear`.
  func family(at site: Site) -> String

  /// Returns the name of the kernel and its algorithm: `convolution 3×3/1 direct`.
  func kernel(at site: Site) -> String

  /// Returns the least work that any kernel needs for one image.
  func work(at site: Site) -> Work

  /// Returns the number of scratch elements that each of `members` threads needs when they share the step.
  func scratchCount(at site: Site, members: Int) -> Int

  /// Computes the result for the images of a run.
  func run(_ call: Call)
}

/// The capabilities of a kernel besides its operation.
package struct OperationTraits: OptionSet, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// The kernel applies scale and shift, residual and activation before it stores results, and can sum them.
  package static let hasEpilogue = OperationTraits(rawValue: 1 << 0)
  /// The kernel can apply a scale, a shift and a ReLU to its input while reading.
  package static let takesPrologue = OperationTraits(rawValue: 1 << 1)
  /// The kernel can sum the values that it stores, although it has no epilogue.
  package static let sumsResults = OperationTraits(rawValue: 1 << 2)
  /// The result is the concatenation of the inputs' channels.
  package static let concatenates = OperationTraits(rawValue: 1 << 3)
  /// The step only records its input for the caller; it has no result.
  package static let records = OperationTraits(rawValue: 1 << 4)
}

/// The work of a step for one image.
package struct Work: Sendable, Equatable {
  /// The number of multiply-adds of convolutions, linear maps and attention. Other arithmetic does not count.
  package var multiplyAdds = 0
  /// The number of activation elements read and written, each counted once.
  package var elements: Int
}

extension Operation {
  package var traits: OperationTraits { [] }
  package func view(of input: Placement) -> Placement? { nil }
  package func overwritable(by step: Step) -> [Int] { [] }
  package mutating func pack(at site: Site) {}
  package var packedWeights: [AlignedBuffer] { [] }
  package func family(at site: Site) -> String { kernelName }
  package func kernel(at site: Site) -> String { kernelName }
  package func work(at site: Site) -> Work { Work(elements: site.elements) }
  package func scratchCount(at site: Site, members: Int) -> Int { 0 }
}

/// The weights of an operation, first as the checkpoint stores them, then as the kernel reads them.
package enum Weight: Sendable {
  case stored(Tensor)
  case packed(AlignedBuffer)

  /// Replaces the checkpoint's tensor by the buffer that `body` makes from it.
  mutating func pack(_ body: (Tensor) -> AlignedBuffer) {
    if case .stored(let tensor) = self { self = .packed(body(tensor)) }
  }

  /// Replaces the checkpoint's tensor by an aligned copy.
  mutating func pack() { pack { AlignedBuffer($0) } }

  /// The buffer, empty until packed.
  package var buffers: [AlignedBuffer] { if case .packed(let buffer) = self { [buffer] } else { [] } }

  /// The packed elements, `nil` until packed.
  var pointer: UnsafeMutablePointer<Float>? { buffers.first?.pointer }
}

extension AlignedBuffer {
  fileprivate convenience init(_ tensor: Tensor) {
    self.init(count: tensor.shape.count)
    tensor.withUnsafeBufferPointer { elements in
      for (index, element) in elements.enumerated() { pointer[index] = element }
    }
  }
}
