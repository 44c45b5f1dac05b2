import Foundation
import Models

/// Labels of images that lie in no class folders: ImageNet's validation set as it is downloaded, say.
struct LabelFile {
  private enum Content {
    /// By the name of the image: its path, or its file's name with or without extension.
    case named([String: Int32])
    /// By the number at the end of the name, from 1 on.
    case numbered([Int32])
  }
  private let content: Content
  let kind: ImageList.Labels

  private static let indexOfSynset = Dictionary(
    uniqueKeysWithValues: ImageNet.synsets.enumerated().map { ($0.element, Int32($0.offset)) })

  /// Reads Kaggle's CSV (`ImageId,PredictionString`), the development kit (its folder, or its
  /// `ILSVRC2012_validation_ground_truth.txt` with `meta.mat` or `map_clsloc.txt` beside it), or lines of a name, a tab
  /// and a class index or synset.
  ///
  /// - Throws: ``RecordingError``, `inputMissing` or `badData`.
  init(_ path: String) throws(RecordingError) {
    let file = Disk.isDirectory(path) == true ? try Self.groundTruth(in: path) : path
    let lines = try Self.lines(of: file)
    guard let first = lines.first else { throw RecordingError(.badData, "\(file) is empty") }
    if first.hasPrefix("ImageId,") {
      (content, kind) = (.named(try Self.kaggle(lines, file)), .imagenet)
    } else if lines.allSatisfy({ Int($0) != nil }) {
      (content, kind) = (.numbered(try Self.devkit(lines, file)), .imagenet)
    } else {
      let (labels, areSynsets) = try Self.table(lines, file)
      (content, kind) = (.named(labels), areSynsets ? .imagenet : .given)
    }
  }

  /// The label of an image.
  func label(of path: String) -> Int32? {
    let name =
      path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
    let stem = name.utf8.lastIndex(of: UInt8(ascii: ".")).map { String(name[..<$0]) } ?? name
    switch content {
    case .named(let labels): return labels[path] ?? labels[name] ?? labels[stem]
    case .numbered(let labels):
      guard let place = stem.range(of: "_val_"), let number = Int(stem[place.upperBound...]),
        (1...labels.count).contains(number)
      else { return nil }
      return labels[number - 1]
    }
  }

  private static func lines(of path: String) throws(RecordingError) -> [Substring] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RecordingError(.inputMissing, "cannot read \(path): \(Disk.lastError)")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw RecordingError(.badData, "\(path) is no text; give the CSV, the ground truth or a list of labels")
    }
    return text.utf8.split(separator: 10).map { Substring($0.last == 13 ? $0.dropLast() : $0) }.filter {
      !$0.isEmpty
    }
  }

  /// `ILSVRC2012_val_00048981,n03995372 85 1 499 272`: an image, and boxes of one synset.
  private static func kaggle(_ lines: [Substring], _ path: String) throws(RecordingError) -> [String: Int32] {
    var labels: [String: Int32] = [:]
    for (number, line) in lines.enumerated().dropFirst() {
      let fields = line.split(separator: ",", maxSplits: 1)
      let synset = fields.count == 2 ? fields[1].drop { $0 == "\"" || $0 == " " }.prefix { $0 != " " } : ""
      guard let label = indexOfSynset[String(synset)] else {
        throw RecordingError(
          .badData, "line \(number + 1) of \(path): '\(synset)' is not one of ImageNet's thousand synsets")
      }
      labels[String(fields[0])] = label
    }
    return labels
  }

  /// Lines of a name, a tab and a label: all of them indices, or all of them synsets.
  private static func table(
    _ lines: [Substring], _ path: String
  ) throws(RecordingError) -> (labels: [String: Int32], areSynsets: Bool) {
    var labels: [String: Int32] = [:]
    let areSynsets = lines[0].split(separator: "\t").last.map { indexOfSynset[String($0)] != nil } ?? false
    for (number, line) in lines.enumerated() {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      let text = fields.count == 2 ? String(fields[1]) : ""
      guard let label = areSynsets ? indexOfSynset[text] : Int32(text), label >= 0 else {
        throw RecordingError(
          .badData,
          "line \(number + 1) of \(path) is not a name, a tab and a \(areSynsets ? "synset" : "class index")")
      }
      labels[ImagesTable.unescaped(String(fields[0]))] = label
    }
    return (labels, areSynsets)
  }
}

/// The development kit of the 2012 challenge.
extension LabelFile {
  /// The file of answers in the kit's folder, or the folder it is in.
  private static func groundTruth(in folder: String) throws(RecordingError) -> String {
    for place in [folder + "/data", folder] {
      let names = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).sorted()
      if let name = names.first(where: { $0.hasSuffix("validation_ground_truth.txt") }) {
        return "\(place)/\(name)"
      }
    }
    throw RecordingError(
      .inputMissing,
      "there is no ILSVRC2012_validation_ground_truth.txt in \(folder); give the folder of ImageNet's devkit")
  }

  /// The classes of images 1, 2, …, given by the kit's own numbers, which are in no order known elsewhere.
  private static func devkit(_ lines: [Substring], _ path: String) throws(RecordingError) -> [Int32] {
    let synsets = try numbers(beside: path)
    var labels: [Int32] = []
    for (row, line) in lines.enumerated() {
      guard let number = Int(line), let synset = synsets[number], let label = indexOfSynset[synset] else {
        throw RecordingError(
          .badData,
          "line \(row + 1) of \(path): \(line) is not the number of one of ImageNet's thousand synsets")
      }
      labels.append(label)
    }
    return labels
  }

  /// What the numbers of the kit stand for: `meta.mat`, or the later kits' `map_clsloc.txt` (`n02119789 1 kit_fox`).
  private static func numbers(beside path: String) throws(RecordingError) -> [Int: String] {
    let folder = (path as NSString).deletingLastPathComponent
    let place = folder.isEmpty ? "." : folder
    if let data = FileManager.default.contents(atPath: "\(place)/meta.mat") {
      do throws(MatSynsets.Malformed) { return try MatSynsets([UInt8](data)).synsetOfNumber } catch {
        throw RecordingError(.badData, "\(place)/meta.mat cannot be read: \(error.reason)")
      }
    }
    guard FileManager.default.fileExists(atPath: "\(place)/map_clsloc.txt") else {
      throw RecordingError(
        .inputMissing,
        "\(path) holds numbers of the devkit, and there is no meta.mat beside it to say what they mean; keep them together"
      )
    }
    var synsets: [Int: String] = [:]
    for line in try lines(of: "\(place)/map_clsloc.txt") {
      let fields = line.split(separator: " ")
      guard fields.count >= 2, let number = Int(fields[1]) else {
        throw RecordingError(.badData, "\(place)/map_clsloc.txt: '\(line)' is not a synset and a number")
      }
      synsets[number] = String(fields[0])
    }
    return synsets
  }
}

extension ImageList {
  /// Takes the labels of a file instead of those of folders, lists and archives.
  ///
  /// - Throws: ``RecordingError``, `inputMissing` or `badData`: an unreadable file, or an image it has no label of.
  public mutating func label(from path: String) throws(RecordingError) {
    let file = try LabelFile(path)
    var labels: [Int32] = []
    labels.reserveCapacity(count)
    var unknown: [String] = []
    var unknownCount = 0
    for row in 0..<count {
      let name = self.path(ofRow: row)
      let label = file.label(of: name)
      labels.append(label ?? -1)
      guard label == nil else { continue }
      unknownCount += 1
      if unknown.count < 3 { unknown.append(name) }
    }
    guard unknown.isEmpty else {
      throw RecordingError(
        .badData,
        "\(path) has no label for \(unknownCount) of \(count) images: \(unknown.joined(separator: ", "))"
          + (unknownCount > unknown.count ? "…" : ""))
    }
    setLabels(labels, file.kind)
  }
}
