import Dumps
import Formats
import Layers
import Machine
import Models
import Tensor
import Units

/// A layer that is recorded, and the location of its values in a run.
struct LayerTap: Sendable {
  /// The layer's canonical name, and the study's.
  let name: String, studyName: String
  /// The shape of its value for one image, before any reduction or choice of units.
  let shape: Shape
  /// Whether the network's description alone guarantees that no position is below 0.
  let isNonNegative: Bool
  /// The source of the numbers that are recorded for one image.
  let source: RowSource

  /// The units that are recorded, `nil` for all.
  var units: [Int]? { source.units }

  /// Returns the manifest's entry for a file of the layer, without a digest.
  func entry(file: String, rows: Int, format: ArrayFormat = ArrayFormat()) -> Manifest.Array {
    var entry = Manifest.Array(
      name: name, studyName: studyName, file: file,
      shape: format.shape(rows: rows, rowShape: source.rowShape).extents, dtype: format.dtype,
      unitMajor: format.isUnitMajor ? true : nil, units: units)
    entry.positions = shape.positions
    entry.nonNegative = isNonNegative ? true : nil
    return entry
  }
}

extension DumpRequest {
  /// Returns the layers that are recorded, in the order of the taps of a run.
  ///
  /// - Throws: ``Failure`` of kind `badData` for a layer that the network does not have.
  func taps(in graph: Graph) throws(Failure) -> [LayerTap] {
    var taps: [LayerTap] = []
    for (index, chosen) in layers.enumerated() {
      guard let shape = graph.shape(of: chosen.layer) else {
        throw Failure(.badData, "\(model.identifier) has no layer \(chosen.layer)")
      }
      taps.append(
        LayerTap(
          name: chosen.layer, studyName: model.studyName(of: chosen.layer), shape: shape,
          isNonNegative: graph.isNonNegative(chosen.layer),
          source: RowSource(.tap(index), units: chosen.units, shape: reduction.shape(of: shape))))
    }
    return taps
  }
}
