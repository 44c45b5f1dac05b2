package import Dumps
package import Foundation
import Images
package import Machine

/// The images chosen for each unit, and their origin: `exemplars.json`.
package struct ExemplarMap: Sendable, Codable, Hashable {
  /// The dump from which the images were chosen.
  package struct Source: Sendable, Codable, Hashable {
    /// The network's weights: their name, and the SHA-256 of the file.
    package var weights: String, weightsSha256: String?
    /// The SHA-256 of the list of images.
    package var imagesSha256: String
    /// The reduction of a layer's value, and the arithmetic.
    package var reduce: String, precision: String, tier: String
    /// The number of rows that are left out, because their images could not be read.
    package var skipped: Int
  }

  /// The version of this format.
  package var schema = 1
  /// The program that wrote the map.
  package var tool = Manifest.Tool()
  /// The network.
  package var model: String
  /// The suffix of the network's name in the folder's name.
  package var extra: String
  /// The name of the condition, or `ranks`.
  package var condition: String
  /// The ranks of references and queries.
  package var windows: ExemplarWindows
  /// Whether the windows were scaled to the number of images.
  package var scaled: Bool
  /// The seed of the shuffles.
  package var seed: UInt32
  /// The major version of the Pillow whose pictures are reproduced; maps without one mean 12.
  package var pillow: Int?
  /// The dump.
  package var source: Source
  /// The units, in the order of the given list.
  package var units: [UnitExemplars]

  /// The name of the file.
  package static let fileName = "exemplars.json"
  /// The name of the file until all pictures are written.
  static let partialName = "exemplars.partial.json"
  /// The name of the file with the map in the form that the study published.
  static let studyName = "file_map.json"

  /// Returns the file's contents: JSON as in any other file of this program, but with one line per unit.
  ///
  /// - Throws: The errors of the encoding.
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

  /// The major version of the Pillow, also for maps that do not record it.
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

  /// Returns the map in the form that the study published: network, then `layer/channel_c`, then `batch_b`,
  /// then the file.
  ///
  /// - Throws: The errors of the encoding.
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
