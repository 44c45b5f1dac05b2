import Machine

/// A class as written in files: its index, or its ImageNet synset.
enum ClassLabel: Hashable {
  case index(Int32)
  case synset(Int32)

  private static let indexOfSynset = Dictionary(
    uniqueKeysWithValues: ImageNet.synsets.enumerated().map { (Array($0.element.utf8), Int32($0.offset)) })

  /// Parses a label; `nil` for text that is neither a non-negative integer nor one of the thousand synsets.
  init?(_ text: ArraySlice<UInt8>) {
    if let index = Self.indexOfSynset[Array(text)] {
      self = .synset(index)
    } else if let index = Self.index(text) {
      self = .index(index)
    } else {
      return nil
    }
  }

  /// The class index.
  var index: Int32 {
    switch self {
    case .index(let index), .synset(let index): index
    }
  }

  var isSynset: Bool { if case .synset = self { true } else { false } }

  /// Parses a non-negative integer.
  static func index(_ text: ArraySlice<UInt8>) -> Int32? {
    guard (1...10).contains(text.count), text.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int32(String(decoding: text, as: UTF8.self))
  }
}

/// Checks that all labels are of one kind. A file that mixes indices and synsets is a mistake.
struct LabelKinds {
  private var first: (isSynset: Bool, line: Int)?

  /// Checks a label.
  ///
  /// - Throws: ``Failure`` of kind `badData` if an earlier label was of the other kind.
  mutating func note(_ label: ClassLabel, line: Int, of path: String) throws(Failure) {
    guard let first else {
      self.first = (label.isSynset, line)
      return
    }
    guard first.isSynset != label.isSynset else { return }
    let kinds = first.isSynset ? ("a synset", "a class index") : ("a class index", "a synset")
    throw Failure(
      .badData,
      "line \(line) of \(path) has \(kinds.1) and line \(first.line) \(kinds.0)",
      remedy: "write all labels alike")
  }

  /// The meaning of the labels.
  var labels: ImageList.Labels { first.map { $0.isSynset ? .imagenet : .given } ?? .none }
}
