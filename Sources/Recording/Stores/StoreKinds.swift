import Dumps
import Machine
import Models
import Tensor

// The kinds of recording are listed in two functions of this file: one plans a dump, the other reads the
// files of one.

extension DumpRequest {
  /// Returns the stores of the dump: those of layers, that of the output if there is one, and that of the
  /// baselines.
  ///
  /// - Parameters:
  ///   - layers: The layers that are recorded.
  ///   - rows: The rows of the dump in the list of all images.
  ///   - images: The number of images over all shards.
  /// - Returns: The plans, in the order of the manifest.
  /// - Throws: ``Failure`` of kind `usage` when a file would be too large.
  func storePlans(
    _ layers: [LayerTap], _ rows: Range<Int>, of images: Int
  ) throws(Failure) -> [any StorePlan] {
    var plans: [any StorePlan] =
      switch keep {
      case .all: layers.map { MatrixPlan($0, self, rows: rows.count) }
      case .extremes(let limit): [try ExtremesPlan(layers, limit, self, rows, of: images)]
      }
    if model.head != .absent { plans.append(MatrixPlan(outputsOf: model, rows: rows.count)) }
    if baselines { plans.append(BaselinePlan(layers)) }
    return plans
  }
}

extension Manifest {
  /// The files of all stores, in the order of their plans.
  var storedFiles: [any StoredFiles] {
    var stored: [any StoredFiles] =
      switch keep {
      case .all: layers.map(MatrixFiles.init)
      case .extremes(let limit): [ExtremesFiles(layers, limit: limit)]
      }
    if let logits { stored.append(MatrixFiles(logits)) }
    if let baselines { stored.append(BaselineFiles(baselines)) }
    return stored
  }
}
