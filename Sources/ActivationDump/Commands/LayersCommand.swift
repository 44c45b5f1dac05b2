import ArgumentParser
import Layers
import Models
import Tensor

/// `layers`: the layers of a network that can be recorded.
struct LayersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers", abstract: "List the layers of a network that can be recorded, in both spellings.")

  @Argument(help: "An identifier from 'activation-dump models'.")
  var model: String

  @Flag(help: "Only the study's layers, in its order.")
  var relevant = false

  @OptionGroup var results: ReportOptions

  func run() throws {
    let model = try Model.named(model)
    let graph = try model.graph()
    let chosen = Set(model.relevantLayers)
    let rows = (relevant ? model.relevantLayers : graph.names).map { name in
      let shape = graph.shape(of: name) ?? []
      return Row(
        name: name, studyName: model.studyName(of: name), kind: graph.kind(of: name) ?? "",
        shape: shape.extents,
        units: shape.channels, relevant: chosen.contains(name))
    }
    try results.print(Listing(model: model.identifier, layers: rows)) {
      Console.table(
        ["layer", "study's name", "kind", "shape", "units", "relevant"],
        rows.map { row in
          [
            row.name, row.studyName, row.kind, row.shape.map(String.init).joined(separator: "×"),
            String(row.units),
            row.relevant ? "yes" : "",
          ]
        }, right: [4])
    }
  }

  private struct Listing: Encodable {
    let model: String
    let layers: [Row]
  }

  private struct Row: Encodable {
    let name: String, studyName: String, kind: String, shape: [Int], units: Int, relevant: Bool
  }
}
