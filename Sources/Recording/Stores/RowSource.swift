import Layers
package import Tensor

/// The numbers of a run that form the rows of a file.
package struct RowSource: Sendable {
  /// The location of numbers in the results of a run.
  package enum Origin: Sendable, Hashable {
    case tap(Int)
    case output
  }

  private let origin: Origin
  /// The chosen units, `nil` for all of them.
  let units: [Int]?
  /// The shape of one row: units; or, where nothing is reduced, units × height × width or tokens × units.
  package let rowShape: Shape

  /// The shape of the numbers at the origin.
  private let shape: Shape

  /// Chooses numbers.
  ///
  /// - Parameters:
  ///   - origin: Where the numbers are.
  ///   - units: The units to choose, `nil` for all.
  ///   - shape: The shape of the numbers of one image.
  package init(_ origin: Origin, units: [Int]? = nil, shape: Shape) {
    (self.origin, self.units, self.shape) = (origin, units, shape)
    var extents = shape.extents
    if let units { extents[shape.rank == 2 ? 1 : 0] = units.count }
    rowShape = Shape(extents)
  }

  /// Copies the numbers of one image of a batch that ran.
  func copy(from workspace: Workspace, at place: Int, into row: UnsafeMutableBufferPointer<Float>) {
    switch origin {
    case .tap(let tap): workspace.withTap(tap, of: place) { copy(from: $0, into: row) }
    case .output: workspace.withOutput(of: place) { copy(from: $0, into: row) }
    }
  }

  /// Copies the numbers of one image, chosen units only, in the order of the file.
  package func copy(from values: UnsafeBufferPointer<Float>, into row: UnsafeMutableBufferPointer<Float>) {
    guard let units else {
      _ = row.update(fromContentsOf: values)
      return
    }
    // The numbers of one unit are contiguous in units × height × width, but not in tokens × units.
    let tokens = shape.rank == 2 ? shape[0] : 1
    let channels = shape.channels
    let positions = shape.count / max(tokens * channels, 1)
    var next = 0
    for token in 0..<tokens {
      for unit in units {
        let start = (token * channels + unit) * positions
        for position in 0..<positions { row[next + position] = values[start + position] }
        next += positions
      }
    }
  }
}
