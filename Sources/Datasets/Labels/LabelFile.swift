import Foundation
package import Machine

/// Labels of images without class folders, for example ImageNet's validation set as downloaded.
struct LabelFile {
  private enum Content {
    /// Labels by the name of the image: its path, the end of its path, its file name, or any of these without
    /// extension.
    case named([[UInt8]: Int32])
    /// Labels by the number at the end of the name, from 1 on.
    case numbered([Int32])
    /// Labels in the order of the rows, one per row.
    case ordered([Int32])
  }
  private let content: Content
  private let path: String
  let kind: ImageList.Labels

  /// The expected contents of the file, for errors.
  static let wanted =
    "labels (ImageNet's devkit, Kaggle's CSV, lines of a name and a label, or a label a line)"

  /// Reads a file of labels. The formats are: Kaggle's CSV (`ImageId,PredictionString`); the development kit
  /// (its folder, or its `ILSVRC2012_validation_ground_truth.txt` beside `meta.mat` or `map_clsloc.txt`);
  /// lines of a name and a label, separated by a tab, a comma, a semicolon or spaces; or one label per line,
  /// in the order of the images. Labels are class indices or synsets.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` or `badData`.
  init(_ path: String) throws(Failure) {
    let file = Disk.isDirectory(path) == true ? try Self.groundTruth(in: path) : path
    let text = try UserText(file, wanted: Self.wanted)
    if let look = FileLook.document(text.bytes) { throw look.refusal(of: text.name, wanted: Self.wanted) }
    self.path = text.name
    if let labels = text.lines.labelsAlone {
      guard !labels.isEmpty else { throw Failure(.badData, "\(text.name) is empty") }
      if labels.allSatisfy({ !$0.isSynset }), Self.isOfDevkit(file) {
        (content, kind) = (.numbered(try Self.devkit(labels.map(\.index), file)), .imagenet)
        return
      }
      var kinds = LabelKinds()
      for (row, label) in labels.enumerated() { try kinds.note(label, line: row + 1, of: text.name) }
      (content, kind) = (.ordered(labels.map(\.index)), kinds.labels)
    } else {
      let (labels, labelKind) = try LabelTable(text).read()
      (content, kind) = (.named(Self.withoutSharedFolder(labels)), labelKind)
    }
  }

  /// Removes the folder from names that are all in one folder, because they may be relative to its parent.
  private static func withoutSharedFolder(_ labels: [[UInt8]: Int32]) -> [[UInt8]: Int32] {
    let slash = UInt8(ascii: "/")
    guard let folder = labels.keys.first.flatMap({ name in name.lastIndex(of: slash).map { name[...$0] } }),
      labels.keys.allSatisfy({ $0.starts(with: folder) && !$0.dropFirst(folder.count).contains(slash) })
    else { return labels }
    return Dictionary(uniqueKeysWithValues: labels.map { (Array($0.key.dropFirst(folder.count)), $0.value) })
  }

  /// The labels, if they are in the order of the images; `nil` if they have names.
  private var orderedLabels: [Int32]? { if case .ordered(let labels) = content { labels } else { nil } }

  /// Refuses labels without names if they cannot belong to the images.
  ///
  /// - Throws: ``Failure`` of kind `badData`.
  func check(against images: ImageList) throws(Failure) {
    guard let labels = orderedLabels else { return }
    guard labels.count == images.count else {
      throw Failure(
        .badData,
        "\(path) has \(labels.count) labels without names, and there are \(images.count) images",
        remedy: "write a name beside each"
      )
    }
    guard !images.isReordered else {
      throw Failure(
        .badData,
        "\(path) has labels without names, and the list of images is not sorted bytewise, as rows are; sort both together,"
          + " or write a name beside each label")
    }
  }

  /// Returns the label of an image.
  func label(of path: ArraySlice<UInt8>, row: Int) -> Int32? {
    switch content {
    case .named(let labels):
      let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
      var name = path
      while true {
        if let label = labels[Array(name)] { return label }
        let base = name.lastIndex(of: slash).map { $0 + 1 } ?? name.startIndex
        if let end = name[base...].lastIndex(of: dot), let label = labels[Array(name[..<end])] {
          return label
        }
        guard let next = name.firstIndex(of: slash) else { return nil }
        name = name[(next + 1)...]
      }
    case .numbered(let labels):
      let name = String(decoding: path, as: UTF8.self)
      let base =
        name.utf8.lastIndex(of: UInt8(ascii: "/")).map { name.utf8.index(after: $0) } ?? name.startIndex
      let stem = name[base...].utf8.lastIndex(of: UInt8(ascii: ".")).map { name[base..<$0] } ?? name[base...]
      guard let place = stem.range(of: "_val_"), let number = Int(stem[place.upperBound...]),
        (1...labels.count).contains(number)
      else { return nil }
      return labels[number - 1]
    case .ordered(let labels): return labels.indices.contains(row) ? labels[row] : nil
    }
  }
}

extension UserLines {
  /// The labels of a text with one label per line; `nil` for any other text.
  fileprivate var labelsAlone: [ClassLabel]? {
    var labels: [ClassLabel] = []
    for line in self {
      let text = line.trimmed
      if text.isEmpty { continue }
      guard let label = ClassLabel(text) else { return nil }
      labels.append(label)
    }
    return labels
  }
}

extension ImageList {
  /// Replaces the labels of folders, lists and archives by those of a file.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` or `badData`: a file that cannot be read, or an image
  ///   without a label in the file.
  package mutating func label(from path: String) throws(Failure) {
    let file = try LabelFile(path)
    try file.check(against: self)
    var labels: [Int32] = []
    labels.reserveCapacity(count)
    var unknown: [String] = []
    var unknownCount = 0
    for row in 0..<count {
      let name = bytes(ofRow: row)
      let label = file.label(of: name, row: row)
      labels.append(label ?? -1)
      guard label == nil else { continue }
      unknownCount += 1
      if unknown.count < 3 { unknown.append(EscapedText.escaped(name)) }
    }
    guard unknown.isEmpty else {
      throw Failure(
        .badData,
        "\(path) has no label for \(unknownCount) of \(count) images: \(unknown.joined(separator: ", "))"
          + (unknownCount > unknown.count ? "…" : ""))
    }
    setLabels(labels, file.kind)
  }
}
