package import Formats
package import Tensor

/// One file of a dump: which numbers of a run make its rows.
package struct RecordedArray: Sendable {
  /// Where in a run's results the numbers are.
  package enum Source: Sendable, Hashable {
    case tap(Int)
    case output
  }

  /// The layer's canonical name; empty for the output.
  let layer: String
  /// The path of the file below the dump's folder.
  let file: String
  let source: Source
  /// The chosen units, `nil` for all of them.
  let units: [Int]?
  /// How the numbers lie in the file.
  let format: ArrayFormat
  /// The shape of one row: units; or with nothing reduced, units × height × width or tokens × units.
  package let rowShape: Shape

  private let tapShape: Shape

  package init(
    layer: String, file: String, source: Source, units: [Int]?, format: ArrayFormat = ArrayFormat(),
    tapShape: Shape
  ) {
    (self.layer, self.file, self.source, self.units, self.tapShape) = (layer, file, source, units, tapShape)
    self.format = format
    var extents = tapShape.extents
    if let units { extents[tapShape.rank == 2 ? 1 : 0] = units.count }
    rowShape = Shape(extents)
  }

  /// Whether it holds what the network returns, not a layer.
  var isOutput: Bool { source == .output }

  /// Copies one image's numbers, chosen units only, in the order of the file.
  package func copy(from values: UnsafeBufferPointer<Float>, into row: UnsafeMutableBufferPointer<Float>) {
    guard let units else {
      _ = row.update(fromContentsOf: values)
      return
    }
    // Tokens × units have a unit's numbers apart, units × height × width have them together.
    let tokens = tapShape.rank == 2 ? tapShape[0] : 1
    let channels = tapShape.channels
    let positions = tapShape.count / max(tokens * channels, 1)
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

extension [RecordedArray] {
  /// Those of layers, without the output's.
  var layers: ArraySlice<RecordedArray> { last?.isOutput == true ? dropLast() : self[...] }
}
