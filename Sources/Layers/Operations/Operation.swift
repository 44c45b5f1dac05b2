package import Tensor

/// What one step of a plan computes: how its weights are packed, which kernel runs, what that costs, and what the
/// rewrites and the memory plan may do with it.
///
/// A layer becomes a step with an operation by ``Layer/lower(_:into:)``. Scale and shift, residual, activation and sums
/// belong to the step and are the same for every operation that has an epilogue. A new operation is one new file in this
/// folder: the layer, its method of ``Value``, and its operation. A layer whose parameters, if any, are numbers is its
/// own operation.
package protocol Operation: Sendable {
  /// The kernel family, as plans are printed: `convolution 3×3/2`.
  var kernelName: String { get }

  /// What the kernel does beside the operation; what rewrites ask.
  var traits: OperationTraits { get }

  /// Where the result lies, if it is the input seen differently and nothing runs; `nil` where a kernel writes it.
  func view(of input: Placement) -> Placement?

  /// The values that the result may overwrite when nobody reads them later, the best choice first.
  func overwritable(by step: Step) -> [Int]

  /// Brings the weights into the form the kernel reads, and lets go of the checkpoint's tensors.
  mutating func pack(at site: Site)

  /// The weights, once packed.
  var packedWeights: [AlignedBuffer] { get }

  /// What the step is, in the words that sum a network up: `convolution 3×3`, `linear`.
  func family(at site: Site) -> String

  /// The kernel that runs, and which of its ways: `convolution 3×3/1 direct`.
  func kernel(at site: Site) -> String

  /// The least any kernel has to do for one image.
  func work(at site: Site) -> Work

  /// Elements of scratch that each of `members` threads needs, which share the step.
  func scratchCount(at site: Site, members: Int) -> Int

  /// Computes the result for the images of a run.
  func run(_ call: Call)
}

/// What a kernel does beside its operation.
package struct OperationTraits: OptionSet, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// The kernel applies scale and shift, residual and activation before it stores, and adds up what it holds.
  package static let hasEpilogue = OperationTraits(rawValue: 1 << 0)
  /// The kernel can scale, shift and rectify its input as it reads it.
  package static let takesPrologue = OperationTraits(rawValue: 1 << 1)
  /// The kernel can add up what it stores, although it has no epilogue.
  package static let sumsResults = OperationTraits(rawValue: 1 << 2)
  /// The result is the channels of the inputs side by side.
  package static let concatenates = OperationTraits(rawValue: 1 << 3)
  /// The step only keeps something of its input for the caller; it has no result.
  package static let records = OperationTraits(rawValue: 1 << 4)
}

/// What a step has to do for one image.
package struct Work: Sendable, Equatable {
  /// Multiply-adds of convolutions, linear maps and attention; other arithmetic does not count.
  package var multiplyAdds = 0
  /// Elements of activations read and written, each once.
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

/// The weights of an operation: as the checkpoint stores them, then as the kernel reads them.
package enum Weight: Sendable {
  case stored(Tensor)
  case packed(AlignedBuffer)

  /// Replaces the checkpoint's tensor by the buffer that `body` makes of it.
  mutating func pack(_ body: (Tensor) -> AlignedBuffer) {
    if case .stored(let tensor) = self { self = .packed(body(tensor)) }
  }

  /// Replaces the checkpoint's tensor by an aligned copy.
  mutating func pack() { pack { AlignedBuffer($0) } }

  /// The buffer, once packed.
  package var buffers: [AlignedBuffer] { if case .packed(let buffer) = self { [buffer] } else { [] } }

  /// The elements, once packed.
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
