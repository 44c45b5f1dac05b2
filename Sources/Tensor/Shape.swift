/// The extents of a dense, row-major tensor, outermost first.
public struct Shape: Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// The number of elements along each axis.
  public let extents: [Int]

  /// Creates a shape from its extents, outermost axis first.
  public init(_ extents: [Int]) { self.extents = extents }

  /// Creates a shape from its extents, outermost axis first.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of axes.
  public var rank: Int { extents.count }

  /// The number of elements, 1 for a scalar.
  public var count: Int { extents.reduce(1, *) }

  /// Returns the number of elements of some extents, `nil` when an extent is negative or the product
  /// overflows.
  package static func checkedCount(of extents: some Collection<Int>) -> Int? {
    var count = 1
    var overflows = false
    for extent in extents {
      guard extent >= 0 else { return nil }
      // A later zero must not hide an earlier overflow, or the computation of strides would trap.
      let (product, overflow) = count.multipliedReportingOverflow(by: Swift.max(extent, 1))
      overflows = overflows || overflow
      count = overflow ? 1 : product
    }
    return overflows ? nil : extents.contains(0) ? 0 : count
  }

  /// The extent along one axis.
  public subscript(axis: Int) -> Int { extents[axis] }

  /// The extents joined by `×`, as in `64×3×7×7`; `scalar` for a shape without axes.
  public var description: String {
    extents.isEmpty ? "scalar" : extents.map(String.init).joined(separator: "×")
  }
}

extension Shape {
  /// The number of channels (units) of an activation: the first axis of a map or vector, the last of a sequence.
  public var channels: Int { rank == 2 ? self[1] : self[0] }
  /// The number of positions of an activation: height × width of a map, tokens of a sequence, 1 for a vector.
  public var positions: Int { rank == 3 ? self[1] * self[2] : rank == 2 ? self[0] : 1 }
  /// The height and width of channels × height × width; `nil` for tokens and vectors, which have no spatial
  /// neighbours.
  public var mapExtents: (height: Int, width: Int)? { rank == 3 ? (self[1], self[2]) : nil }
}
