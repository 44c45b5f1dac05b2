/// An immutable, contiguous, row-major block of `Float`s with a shape.
///
/// Copies of a tensor share its storage. The initializer's closure writes the storage once, or an owner keeps
/// it constant (a memory-mapped file), so threads can share a tensor.
public struct Tensor: Sendable {
  /// The extents, outermost first.
  public let shape: Shape
  private let storage: Storage

  /// Creates a tensor whose elements `body` writes.
  ///
  /// - Parameters:
  ///   - shape: The extents of the tensor.
  ///   - body: Fills a zeroed buffer of `shape.count` elements.
  /// - Throws: The error that `body` throws.
  public init<E: Error>(
    shape: Shape, initializingWith body: (UnsafeMutableBufferPointer<Float>) throws(E) -> Void
  ) throws(E) {
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(shape.count, 1))
    buffer.initialize(repeating: 0)
    let storage = Storage(UnsafeBufferPointer(buffer), owner: nil)
    try body(UnsafeMutableBufferPointer(rebasing: buffer[..<shape.count]))
    self.shape = shape
    self.storage = storage
  }

  /// Creates a tensor from its elements in row-major order.
  ///
  /// - Precondition: `elements.count == shape.count`.
  public init(shape: Shape, _ elements: [Float]) {
    precondition(elements.count == shape.count, "\(elements.count) elements for \(shape)")
    self.init(shape: shape) { _ = $0.initialize(from: elements) }
  }

  /// Creates a tensor over memory that `owner` keeps alive and constant.
  ///
  /// - Precondition: `elements.count == shape.count`.
  package init(shape: Shape, unowned elements: UnsafeBufferPointer<Float>, owner: any AnyObject & Sendable) {
    precondition(elements.count == shape.count, "\(elements.count) elements for \(shape)")
    self.shape = shape
    storage = Storage(elements, owner: owner)
  }

  /// Calls `body` with the elements for reading, row-major.
  public func withUnsafeBufferPointer<R, E: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    try body(UnsafeBufferPointer(rebasing: storage.elements[..<shape.count]))
  }

  /// A copy of the elements in row-major order.
  public var elements: [Float] { withUnsafeBufferPointer { Array($0) } }

  /// Returns the same elements with another shape.
  ///
  /// - Precondition: `shape.count` is unchanged.
  public func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.count == self.shape.count, "\(self.shape) cannot become \(shape)")
    return Tensor(shape: shape, storage: storage)
  }

  private init(shape: Shape, storage: Storage) {
    self.shape = shape
    self.storage = storage
  }

  /// The storage of a tensor, written only while the tensor is made.
  private final class Storage: @unchecked Sendable {
    let elements: UnsafeBufferPointer<Float>
    private let owner: (any AnyObject & Sendable)?

    init(_ elements: UnsafeBufferPointer<Float>, owner: (any AnyObject & Sendable)?) {
      self.elements = elements
      self.owner = owner
    }
    deinit { if owner == nil { elements.deallocate() } }
  }
}
