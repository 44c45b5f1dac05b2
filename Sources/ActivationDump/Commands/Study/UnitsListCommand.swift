import ArgumentParser
import Layers
import Models
import Recording
import Study

/// `units list`: units by what they are.
struct UnitsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List units by layer and kind.")

  @Option(help: "The network: an identifier from 'activation-dump models'.")
  var model: String

  @Option(
    help: "The layers: 'relevant', 'all', or names and patterns separated by commas, in either spelling.")
  var layers = "relevant"

  @Option(help: "Only layers of these kinds, separated by commas: see 'activation-dump layers'.")
  var kind: String?

  @Option(help: "lines (one layer__channel a line), csv, or json (the study's units file).")
  var format: UnitsFormat = .lines

  func run() throws {
    let model = try Model.named(model)
    let graph = try model.graph()
    let kinds = kind.map { Set($0.split(separator: ",").map(String.init)) }
    let chosen = try LayerSelection.layers(layers, of: model).filter { layer in
      kinds?.contains(graph.kind(of: layer) ?? "") ?? true
    }
    let units = chosen.flatMap { layer in
      (0..<(graph.shape(of: layer)?.channels ?? 0)).map { Models.Unit(layer: layer, channel: $0) }
    }
    try Console.write(format.text(of: units), to: nil)
  }
}
