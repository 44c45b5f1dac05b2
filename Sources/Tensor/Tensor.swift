/// An immutable, contiguous, row-major block of `Float`s with a shape.
///
/// Copying a tensor shares its storage. Storage is written once, by the initializer's closure, or belongs to
/// an owner that keeps it constant (a mapped file), so a tensor can cross threads freely.
public struct Tensor: Sendable {
  /// The extents, outermost first.
  public let shape: Shape
  private let storage: Storage

  /// Creates a tensor whose elements `body` writes.
  ///
  /// - Parameters:
  ///   - shape: The extents of the tensor.
  ///   - body: Fills a zeroed buffer of `shape.count` elements.
  /// - Throws: What `body` throws.
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

  /// Creates a tensor over memory that `owner` keeps alive and never changes.
  ///
  /// - Precondition: `elements.count == shape.count`.
  package init(shape: Shape, unowned elements: UnsafeBufferPointer<Float>, owner: any AnyObject & Sendable) {
    precondition(elements.count == shape.count, "\(elements.count) elements for \(shape)")
    self.shape = shape
    storage = Storage(elements, owner: owner)
  }

  /// Lends the elements for reading, row-major.
  public func withUnsafeBufferPointer<R, E: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    try body(UnsafeBufferPointer(rebasing: storage.elements[..<shape.count]))
  }

  /// A copy of the elements in row-major order.
  public var elements: [Float] { withUnsafeBufferPointer { Array($0) } }

  /// The same elements under another shape.
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

  /// Written only while a tensor is made; constant afterwards.
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
