import Formats
import Machine
import Tensor

/// A tensor in a file: its location, dtype and strides.
///
/// The initializer verifies that every element is inside its storage. Reading relies on that.
struct StoredTensor: Sendable {
  /// The location of the storage's bytes.
  enum Source: Sendable {
    case bytes(ByteRegion)
    /// A deflated member of an archive, and the offset of the storage in its content.
    case deflated(ZipArchive.Entry, offset: Int)
  }

  var name: String
  /// The index of the dictionary that holds the tensor.
  var dictionary = 0
  let elementType: ElementType
  let isBigEndian: Bool
  let extents: [Int]
  /// The strides in elements. A stride of 0 repeats one element.
  private let strides: [Int]
  /// The offset of the first element from the start of the storage, in elements.
  private let offset: Int
  private let source: Source

  /// Describes a tensor in a storage of `capacity` elements.
  ///
  /// - Throws: ``Malformed`` when an element would be outside the storage, or when the tensor expands a few
  ///   elements to an absurd number.
  init(
    name: String, elementType: ElementType, isBigEndian: Bool = false, extents: [Int], strides: [Int]? = nil,
    offset: Int = 0, capacity: Int, source: Source
  ) throws(Malformed) {
    guard extents.count <= 64, let count = Shape.checkedCount(of: extents) else {
      throw Malformed("tensor '\(name)' has the impossible shape \(extents)")
    }
    let strides = strides ?? Self.rowMajor(extents)
    guard strides.count == extents.count, offset >= 0 else {
      throw Malformed("tensor '\(name)' has \(extents.count) axes but \(strides.count) strides")
    }
    var last = offset
    if count > 0 {
      for (extent, stride) in zip(extents, strides) {
        let (span, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
        let (sum, carry) = last.addingReportingOverflow(span)
        guard stride >= 0, !overflow, !carry else {
          throw Malformed("tensor '\(name)' has the impossible strides \(strides)")
        }
        last = sum
      }
      guard last < capacity else {
        throw Malformed(
          "tensor '\(name)' (\(Shape(extents))) reaches element \(last) of a storage of \(capacity)")
      }
      // Expanded axes take no bytes in a file. A hostile file could request terabytes of memory here.
      guard count <= max(capacity, 1 << 20) else {
        throw Malformed("tensor '\(name)' expands \(capacity) elements to \(Shape(extents))")
      }
    }
    self.name = name
    self.elementType = elementType
    self.isBigEndian = isBigEndian
    self.extents = extents
    self.strides = strides
    self.offset = offset
    self.source = source
  }

  /// Returns the strides of a dense tensor whose last axis varies fastest.
  ///
  /// - Precondition: The element count does not overflow.
  static func rowMajor(_ extents: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in extents.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * max(extents[axis + 1], 1)
    }
    return strides
  }

  /// Returns the strides of a dense tensor whose first axis varies fastest.
  ///
  /// - Precondition: The element count does not overflow.
  static func columnMajor(_ extents: [Int]) -> [Int] { rowMajor(extents.reversed()).reversed() }

  /// Returns the same elements with permuted axes: axis `i` of the result is axis `order[i]` of this tensor.
  func permuted(_ order: [Int]) throws(Malformed) -> StoredTensor {
    try StoredTensor(
      name: name, elementType: elementType, isBigEndian: isBigEndian, extents: order.map { extents[$0] },
      strides: order.map { strides[$0] }, offset: offset, capacity: .max, source: source)
  }

  /// Reads the elements, row-major, as `Float`.
  func read() throws(Malformed) -> Tensor {
    guard elementType.isReadable else { throw Malformed("elements of type \(elementType) are not supported") }
    let shape = Shape(extents)
    let storage: ByteRegion
    switch source {
    case .bytes(let region): storage = region
    case .deflated(let entry, let start):
      let content = try entry.content()
      guard let region = content.slice(at: start, count: content.count - start) else {
        throw Malformed("the archive member is too short")
      }
      storage = region
    }
    guard shape.count > 0 else { return Tensor(shape: shape, []) }
    let (axes, dense) = collapsed()
    return storage.withUnsafeBytes { bytes in
      let first = offset * elementType.byteCount
      if dense, elementType == .float32, !isBigEndian, let base = bytes.baseAddress.map({ $0 + first }),
        UInt(bitPattern: base) % UInt(MemoryLayout<Float>.alignment) == 0
      {
        let elements = UnsafeBufferPointer(
          start: base.assumingMemoryBound(to: Float.self), count: shape.count)
        return Tensor(shape: shape, unowned: elements, owner: storage.owner)
      }
      return Tensor(shape: shape) { output in
        widen(elementType, isBigEndian: isBigEndian, from: bytes, at: first, axes: axes, into: output)
      }
    }
  }

  /// Returns the axes with adjacent ones merged where one stride covers both, and whether the result is one
  /// dense run.
  private func collapsed() -> (axes: [StridedAxis], dense: Bool) {
    var axes: [StridedAxis] = []
    for (extent, stride) in zip(extents, strides) where extent != 1 {
      if let outer = axes.last, outer.stride == extent * stride {
        axes[axes.count - 1] = StridedAxis(extent: outer.extent * extent, stride: stride)
      } else {
        axes.append(StridedAxis(extent: extent, stride: stride))
      }
    }
    if axes.isEmpty { axes = [StridedAxis(extent: 1, stride: 1)] }
    return (axes, axes.count == 1 && axes[0].stride == 1)
  }
}
