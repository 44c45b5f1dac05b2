/// The names that one kind of recording uses in the folder of a dump.
package struct StoreNames: Sendable {
  /// The folder of the files of layers.
  let folder: String
  /// The end of the names of these files.
  let suffix: String
  /// Whether a file gets its name when it is complete; until then it ends in `.tmp`.
  let isWrittenWhole: Bool
  /// Files beside the manifest that are there only while the dump is made.
  let working: [String]
  /// Those of the working files that are replaced by a new one each time.
  let replaced: [String]

  /// Every kind, in the order in which the files of a dump are removed.
  static let all = [matrices, extremes, baselines]

  /// Matrices, which have their full length from the start.
  package static let matrices = StoreNames(
    folder: "activations", suffix: "npy", isWrittenWhole: false, working: [], replaced: [])
  /// Extremes, with what is spilled, kept and sampled until they are written.
  package static let extremes = StoreNames(
    folder: "extremes", suffix: "npz", isWrittenWhole: true, working: [spill, snapshot, sample],
    replaced: [snapshot])
  /// Baselines, with what they follow from.
  package static let baselines = StoreNames(
    folder: "baselines", suffix: "npz", isWrittenWhole: true, working: [baselineState],
    replaced: [baselineState])

  fileprivate static let spill = "extremes.rows", snapshot = "extremes.state", sample = "extremes.sample"
  fileprivate static let baselineState = "baselines.state"

  /// The path of a layer's file below the dump's folder.
  package func file(of layer: String) -> String { "\(folder)/\(layer).\(suffix)" }
}

extension StoreNames {
  /// The kind that keeps the activations.
  package init(_ keep: Retention) {
    switch keep {
    case .all: self = .matrices
    case .extremes: self = .extremes
    }
  }
}

extension DumpFolder {
  /// The rows that are not in a snapshot of extremes yet.
  package var spill: String { path + "/" + StoreNames.spill }
  /// The extremes of the rows up to some moment.
  package var snapshot: String { path + "/" + StoreNames.snapshot }
  /// The sampled rows.
  package var sample: String { path + "/" + StoreNames.sample }
  /// The totals that the baselines of a dump in the making follow from.
  package var baselineState: String { path + "/" + StoreNames.baselineState }
}
