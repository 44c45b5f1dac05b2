import ArgumentParser
import Checkpoints
import Foundation
import Machine
import Models

/// `weights list`: the source of each network's checkpoint, and whether the file is present.
struct WeightsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List every network's checkpoint, its origin and whether it is present.")

  @Argument(
    help:
      "A network: list its files with their addresses, licence and SHA-256. Default: all networks, briefly.")
  var model: String?

  @OptionGroup var location: WeightsFolderOptions

  @OptionGroup var results: ReportOptions

  func run() throws {
    let folder = location.folder
    let chosen = try model.map { (name) throws in [try Model.named(name)] } ?? Model.all
    let models = chosen.map { Row($0, folder) }
    try results.print(Listing(weightsFolder: folder.path, models: models)) {
      Console.result("weights folder: \(folder.path)")
      if model != nil { return models.forEach(describe) }
      let rows = models.flatMap { model in
        model.files.map { [model.identifier, $0.bytes?.asBytes ?? "-", $0.format, $0.name] }
      }
      Console.table(["model", "present", "format", "file"], rows, right: [1], mayShortenLast: true)
      Console.result("'activation-dump weights list MODEL' prints addresses, licence and SHA-256")
    }
  }

  private func describe(_ model: Row) {
    for file in model.files {
      Console.result("")
      Console.result(file.name)
      Console.result("  present  \(file.bytes?.asBytes ?? "-")")
      Console.result("  format   \(file.format)")
      Console.result("  licence  \(model.license)")
      Console.result(
        "  SHA-256  \(file.sha256.map { file.sha256IsPrefix ? "begins \($0)" : $0 } ?? "not published")")
      Console.result("  address  \(file.url)")
    }
    if let note = model.note { Console.result("\nnote: \(note)") }
  }

  private struct Listing: Encodable {
    let weightsFolder: String
    let models: [Row]
  }

  private struct Row: Encodable {
    struct File: Encodable {
      let name: String, url: String, format: String
      let sha256: String?, sha256IsPrefix: Bool
      /// The size of the file in the folder, in bytes; `nil` when it is not present.
      let bytes: Int?
    }

    let identifier: String, license: String, note: String?
    let files: [File]

    init(_ model: Model, _ folder: WeightsFolder) {
      identifier = model.identifier
      license = model.checkpoint?.license ?? ""
      note = model.checkpoint?.note
      files = model.publishedFiles.map { file in
        let isPrefix = if case .prefix = file.sha256 { true } else { false }
        return File(
          name: file.name, url: file.url, format: file.format.rawValue, sha256: file.sha256.digits,
          sha256IsPrefix: isPrefix, bytes: Disk.size(of: folder.path(of: file.name)))
      }
    }
  }
}
