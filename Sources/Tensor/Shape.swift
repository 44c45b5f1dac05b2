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

  /// The extent of one axis.
  public subscript(axis: Int) -> Int { extents[axis] }

  /// The extents joined by `×`, as in `64×3×7×7`; `scalar` when there are none.
  public var description: String {
    extents.isEmpty ? "scalar" : extents.map(String.init).joined(separator: "×")
  }
}
