import Formats
import Foundation
import Machine

/// The development kit of the 2012 ImageNet challenge.
extension LabelFile {
  private static let answers = "validation_ground_truth.txt"

  /// Whether a file of integers is the kit's ground truth: it has the kit's file name, or the kit's table of
  /// synsets is beside it.
  static func isOfDevkit(_ path: String) -> Bool {
    if path.hasSuffix(answers) { return true }
    let folder = PathText.folder(of: path)
    return ["meta.mat", "map_clsloc.txt"].contains { Disk.isDirectory("\(folder)/\($0)") == false }
  }

  /// Returns the ground truth file in the folder of the kit, or in its data folder.
  static func groundTruth(in folder: String) throws(Failure) -> String {
    for place in [folder + "/data", folder] where Disk.isDirectory(place) == true {
      if let name = try Disk.names(in: place).first(where: { $0.hasSuffix(answers) }) {
        return "\(place)/\(name)"
      }
    }
    throw Failure(
      .inputMissing,
      "there is no ILSVRC2012_validation_ground_truth.txt in \(folder)",
      remedy: "give the folder of ImageNet's devkit")
  }

  /// Returns the classes of images 1, 2, … The kit numbers the classes in an order of its own.
  static func devkit(_ numbers: [Int32], _ path: String) throws(Failure) -> [Int32] {
    let synsets = try synsetOfNumber(beside: path)
    var labels: [Int32] = []
    labels.reserveCapacity(numbers.count)
    for (row, number) in numbers.enumerated() {
      guard let synset = synsets[Int(number)], let label = ClassLabel(Array(synset.utf8)[...]), label.isSynset
      else {
        throw Failure(
          .badData,
          "line \(row + 1) of \(path): \(number) is not the number of one of ImageNet's thousand synsets")
      }
      labels.append(label.index)
    }
    return labels
  }

  /// Returns the synset of each class number of the kit, from `meta.mat`, or from `map_clsloc.txt` of the
  /// later kits (`n02119789 1 kit_fox`).
  private static func synsetOfNumber(beside path: String) throws(Failure) -> [Int: String] {
    let place = PathText.folder(of: path)
    if let data = Disk.data(of: "\(place)/meta.mat") {
      do throws(Malformed) { return try MatSynsets([UInt8](data)).synsetOfNumber } catch {
        throw Failure(.badData, "\(place)/meta.mat cannot be read: \(error.reason)")
      }
    }
    guard Disk.isDirectory("\(place)/map_clsloc.txt") == false else {
      throw Failure(
        .inputMissing,
        "\(path) holds numbers of the devkit, and there is no meta.mat beside it to say what they mean; keep them together"
      )
    }
    var synsets: [Int: String] = [:]
    let text = try UserText("\(place)/map_clsloc.txt", wanted: "synsets and their numbers")
    for line in text.lines where !line.trimmed.isEmpty {
      let fields = line.split(separator: 32).map { String(decoding: $0, as: UTF8.self) }
      guard fields.count >= 2, let number = Int(fields[1]) else {
        throw Failure(
          .badData, "\(place)/map_clsloc.txt: '\(EscapedText.escaped(line))' is not a synset and a number")
      }
      synsets[number] = fields[0]
    }
    return synsets
  }
}
