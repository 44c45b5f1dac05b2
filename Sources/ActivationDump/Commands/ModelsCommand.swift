import ArgumentParser
import Checkpoints
import Foundation
import Layers
import Machine
import Models
import Tensor

/// `models`: the available networks.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the networks, their size, and whether their weights are present.")

  @OptionGroup var location: WeightsFolderOptions

  @OptionGroup var results: ReportOptions

  func run() throws {
    let folder = location.folder
    let rows = try Model.all.map { try Row($0, folder: folder) }
    try results.print(Listing(weightsFolder: folder.path, models: rows)) {
      Console.table(
        ["model", "parameters", "GMAC", "input", "outputs", "layers", "units", "weights", "checkpoint"],
        rows.map { row in
          [
            row.identifier, row.parameters.grouped, String(format: "%.2f", Double(row.multiplyAdds) * 1e-9),
            row.inputShape.map(String.init).joined(separator: "×"), String(row.outputs),
            String(row.relevantLayers), row.units.grouped, row.weightsPresent ? "present" : "-",
            row.checkpoint,
          ]
        }, right: [1, 2, 4, 5, 6], mayShortenLast: true)
      // Shapes alone do not determine which network's weights a file holds.
      Console.result("")
      let room = TableWidth.available - 2 - (rows.map(\.identifier.count).max() ?? 0)
      Console.table(
        ["model", "the weights it means"],
        rows.flatMap { row in
          TableWidth.wrapped(row.means, to: room).enumerated().map { [$0 == 0 ? row.identifier : "", $1] }
        })
    }
  }

  private struct Listing: Encodable {
    let weightsFolder: String
    let models: [Row]
  }

  private struct Row: Encodable {
    let identifier: String, name: String, means: String
    let parameters: Int, multiplyAdds: Int, inputShape: [Int], outputs: Int
    let relevantLayers: Int, units: Int, publishedTop1: Double?, checkpoint: String, url: String,
      license: String
    let weightsPresent: Bool

    init(_ model: Model, folder: WeightsFolder) throws {
      let graph = try model.graph()
      (identifier, name, outputs) = (model.identifier, model.displayName, model.outputs)
      means = model.checkpoint?.meaning ?? ""
      parameters = graph.learnedParameterCount
      multiplyAdds = graph.multiplyAdds
      inputShape = model.inputShape.extents
      relevantLayers = model.relevantLayers.count
      units = model.relevantLayers.reduce(0) { $0 + (graph.shape(of: $1)?.channels ?? 0) }
      publishedTop1 = model.publishedTop1
      checkpoint = model.publishedFiles.first?.name ?? ""
      url = model.publishedFiles.first?.url ?? ""
      license = model.checkpoint?.license ?? ""
      weightsPresent = model.presentCheckpoint(in: folder) != nil
    }
  }
}
