import Statistics

/// The labels of an archive's samples, by the common part of their members' names.
struct SampleLabels {
  private let keys: PackedStrings
  private let labels: [Int32]
  private let order: [Int]

  init(_ scan: ArchiveScan) {
    (keys, labels) = (scan.keys, scan.labels)
    order = keys.sorted(0..<keys.count)
  }

  /// The label of an image: from the text file whose name differs only in the last extension, else from the
  /// text file of the sample. `nil` if there is neither.
  subscript(ofImage name: ArraySlice<UInt8>) -> Int32? {
    self[name[..<ArchiveScan.stemEnd(name)]] ?? self[name[..<ArchiveScan.keyEnd(name)]]
  }

  /// The label of a sample, or a value of ``ArchiveScan/NoLabel``. Of several text files the last valid one
  /// counts. `nil` if there is no text file.
  subscript(key: ArraySlice<UInt8>) -> Int32? {
    let start = order.partitioningIndex { !keys.utf8($0).lexicographicallyPrecedes(key) }
    var label: Int32?
    for number in order[start...].prefix(while: { keys.utf8($0).elementsEqual(key) }) {
      let next = labels[number]
      if next >= 0 || (label ?? ArchiveScan.NoLabel.none) < 0 { label = next }
    }
    return label
  }
}
