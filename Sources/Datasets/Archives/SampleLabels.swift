import Statistics

/// The labels of an archive's samples, by what their members' names share.
struct SampleLabels {
  private let keys: PackedStrings
  private let labels: [Int32]
  private let order: [Int]

  init(_ scan: ArchiveScan) {
    (keys, labels) = (scan.keys, scan.labels)
    order = keys.sorted(0..<keys.count)
  }

  /// The label of an image: that of the text which is called as the image is but for its extension, else of the one whose
  /// name is that of the sample. `nil` where there is none.
  subscript(ofImage name: ArraySlice<UInt8>) -> Int32? {
    self[name[..<ArchiveScan.stemEnd(name)]] ?? self[name[..<ArchiveScan.keyEnd(name)]]
  }

  /// The label of a sample, or why it has none; of several the last one that is one. `nil` where no text is beside it.
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
