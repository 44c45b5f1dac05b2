import ArgumentParser
import Checkpoints
import Foundation
import Models
import Recording

/// `weights list`: where each network's checkpoint comes from and whether it is here.
struct WeightsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List every network's checkpoint, its origin and whether it is present.")

  @OptionGroup var location: WeightsFolderOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let folder = location.folder
    let models = Model.all.map { Row($0, folder) }
    if json { return try Console.result(json: Listing(weightsFolder: folder.path, models: models)) }
    Console.result("weights folder: \(folder.path)")
    let rows = models.flatMap { model in
      model.files.map { file in
        [model.identifier, file.name, file.bytes?.asBytes ?? "-", file.format, model.license, file.url]
      }
    }
    Console.table(["model", "file", "present", "format", "licence", "origin"], rows, right: [2])
  }

  private struct Listing: Encodable {
    let weightsFolder: String
    let models: [Row]
  }

  private struct Row: Encodable {
    struct File: Encodable {
      let name: String, url: String, format: String
      let sha256: String?, sha256IsPrefix: Bool
      /// The size of the file in the folder, `nil` when it is not there.
      let bytes: Int?
    }

    let identifier: String, license: String, note: String?
    let files: [File]

    init(_ model: Model, _ folder: WeightsFolder) {
      identifier = model.identifier
      license = model.checkpoint.license
      note = model.checkpoint.note
      files = model.checkpoint.files.map { file in
        let isPrefix = if case .prefix = file.sha256 { true } else { false }
        return File(
          name: file.name, url: file.url, format: file.format.rawValue, sha256: file.sha256.digits,
          sha256IsPrefix: isPrefix, bytes: Disk.size(of: folder.path(of: file.name)))
      }
    }
  }
}
