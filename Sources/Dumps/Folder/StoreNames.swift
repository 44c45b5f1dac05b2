/// The names of files and folders that one kind of recording uses in the folder of a dump.
package struct StoreNames: Sendable {
  /// The folder of the layers' files.
  let folder: String
  /// The suffix of the names of these files.
  let suffix: String
  /// Whether a file gets its final name only when it is complete; until then its name ends in `.tmp`.
  let isWrittenWhole: Bool
  /// The files beside the manifest that exist only while the dump is made.
  let working: [String]
  /// The working files that are replaced as a whole at each update.
  let replaced: [String]

  /// All kinds, in the order in which the files of a dump are removed.
  static let all = [matrices, extremes, baselines]

  /// Matrices. Their files have their full length from the start.
  package static let matrices = StoreNames(
    folder: "activations", suffix: "npy", isWrittenWhole: false, working: [], replaced: [])
  /// Extremes, with the working files for spilled rows, for the snapshot and for the sample.
  package static let extremes = StoreNames(
    folder: "extremes", suffix: "npz", isWrittenWhole: true, working: [spill, snapshot, sample],
    replaced: [snapshot])
  /// Baselines, with the file of their totals.
  package static let baselines = StoreNames(
    folder: "baselines", suffix: "npz", isWrittenWhole: true, working: [baselineState],
    replaced: [baselineState])

  fileprivate static let spill = "extremes.rows", snapshot = "extremes.state", sample = "extremes.sample"
  fileprivate static let baselineState = "baselines.state"

  /// Returns the path of a layer's file below the dump's folder.
  package func file(of layer: String) -> String { "\(folder)/\(layer).\(suffix)" }
}

extension StoreNames {
  /// Selects the kind that keeps the activations.
  package init(_ keep: Retention) {
    switch keep {
    case .all: self = .matrices
    case .extremes: self = .extremes
    }
  }
}

extension DumpFolder {
  /// The file of the rows that are not yet in a snapshot of extremes.
  package var spill: String { path + "/" + StoreNames.spill }
  /// The file of the snapshot: the extremes of the rows done so far, or of some of them.
  package var snapshot: String { path + "/" + StoreNames.snapshot }
  /// The file of the sampled rows.
  package var sample: String { path + "/" + StoreNames.sample }
  /// The file of the totals from which the baselines of an incomplete dump will be computed.
  package var baselineState: String { path + "/" + StoreNames.baselineState }
}
