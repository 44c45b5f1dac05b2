import Datasets
import Dumps

/// The captions of a recording's images: their paths, and the names of their classes.
struct ImageCaptions: Sendable {
  private let table: RecordedImages
  private let labels: ImageList.Labels

  init(_ table: RecordedImages, labels: ImageList.Labels) { (self.table, self.labels) = (table, labels) }

  func path(ofRow row: Int) -> String { table.path(ofRow: row) }

  /// Returns for each row the index of its class in a list of names, −1 for a row without a class, and this
  /// list, in order of first use.
  func labels(ofRows rows: [Int]) -> (numbers: [Int32], names: [String]) {
    var numbers: [Int32] = []
    var names: [String] = []
    var known: [Int: Int32] = [:]
    for row in rows {
      guard let label = table.label(ofRow: row) else {
        numbers.append(-1)
        continue
      }
      if known[label] == nil {
        known[label] = Int32(names.count)
        names.append(name(of: label, row: row))
      }
      numbers.append(known[label] ?? -1)
    }
    return (numbers, names)
  }

  private func name(of label: Int, row: Int) -> String {
    switch labels {
    case .imagenet where label < ImageNet.names.count: ImageNet.names[label]
    case .folders: String(table.path(ofRow: row).split(separator: "/").first ?? "class \(label)")
    default: "class \(label)"
    }
  }
}
