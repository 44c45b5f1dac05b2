package import Dumps
package import Foundation
import Images
package import Machine

/// Which images were chosen for which units, and from what: `exemplars.json`.
package struct ExemplarMap: Sendable, Codable, Hashable {
  /// The dump that was chosen from.
  package struct Source: Sendable, Codable, Hashable {
    /// The network's weights: name, and the file's digest.
    package var weights: String, weightsSha256: String?
    /// The digest of the list of images.
    package var imagesSha256: String
    /// What was recorded of a layer, and with which arithmetic.
    package var reduce: String, precision: String, tier: String
    /// Rows left out, whose images could not be read.
    package var skipped: Int
  }

  /// The version of this format.
  package var schema = 1
  /// What wrote it.
  package var tool = Manifest.Tool()
  /// The network.
  package var model: String
  /// What the folder's name adds.
  package var extra: String
  /// The condition, or `ranks`.
  package var condition: String
  /// The ranks.
  package var windows: ExemplarWindows
  /// Whether the windows were scaled to the number of images.
  package var scaled: Bool
  /// The seed of the shuffles.
  package var seed: UInt32
  /// The major version of the Pillow whose pictures these are; maps without one mean 12.
  package var pillow: Int?
  /// The dump.
  package var source: Source
  /// The units, in the order of the list they were given in.
  package var units: [UnitExemplars]

  /// The name of the file.
  package static let fileName = "exemplars.json"
  /// The name of the file until all pictures are written.
  static let partialName = "exemplars.partial.json"
  /// The map in the form the study published.
  static let studyName = "file_map.json"

  /// The file: as any other of this program, but with a line a unit.
  ///
  /// - Throws: What the encoding throws.
  package func encoded() throws -> Data {
    var header = self
    header.units = []
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let lines = try units.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    let text = String(decoding: try JSON.encode(header), as: UTF8.self)
    let list = "\"units\" : [\n" + lines.joined(separator: ",\n") + "\n  ]"
    return Data(text.replacing(/"units" : \[\s*\]/, with: list).utf8)
  }

  /// What a map that was written before says of the Pillow.
  var pillowNumber: Int { pillow ?? PillowVersion.unrecorded.rawValue }

  /// Reads a map.
  ///
  /// - Throws: ``Failure``, `inputMissing` or `badData`.
  package static func read(_ path: String) throws(Failure) -> ExemplarMap {
    guard let data = Disk.data(of: path) else {
      throw Failure(.inputMissing, "cannot read \(path): \(Disk.lastError)")
    }
    do { return try JSON.decode(ExemplarMap.self, from: data) } catch {
      throw Failure(.badData, "\(path) is not a map of exemplars, as '\(.exemplars)' writes it")
    }
  }

  /// The map in the form the study published: network, then `layer/channel_c`, then `batch_b`, then the file.
  ///
  /// - Throws: What the encoding throws.
  func studyForm() throws -> Data {
    var images: [String: [String: [String: String]]] = [:]
    for unit in units {
      var batches: [String: [String: String]] = [:]
      for (name, exemplar) in unit.files {
        let parts = name.split(separator: "/")
        batches[String(parts[1]), default: [:]][String(parts[2])] = exemplar.image
      }
      images[StimulusNames.folder(ofUnit: unit.unit)] = batches
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode([StimulusNames.mapKey(model: model, extra: extra): images]) + Data("\n".utf8)
  }
}
