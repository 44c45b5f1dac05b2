import ArgumentParser
import Foundation
import Machine
import Models
import Study
import Units

/// `units sample`: the study's random sample.
struct UnitsSampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Draw units at random, as the study drew its own.",
    discussion: """
      A layer, all being equally likely, then one of its channels, until there are enough; NumPy's legacy generator. The \
      defaults give the study's own 100 units of each network.
      """)

  @Option(help: "The network: an identifier from 'activation-dump models'.")
  var model: String

  @Option(help: "How many units.")
  var count = 100

  @Option(help: "The seed, from 0 to 4294967295.")
  var seed: UInt32 = 42

  @Option(
    parsing: .upToNextOption,
    help:
      "Files of units never to draw: one layer__channel a line, the study's JSON, or what this command writes."
  )
  var blacklist: [String] = []

  @Option(
    help: """
      What to draw from: 'relevant' (the study's layers), 'all', or names and patterns separated by commas, in either \
      spelling.
      """)
  var layers = "relevant"

  @Flag(
    help: """
      Draw from the 216 layers of ConvNeXt that include the Identity called norm in its MLPs, as the study's rule has it \
      with timm since 0.8.17; without it, from 180.
      """)
  var withMlpNorm = false

  @Option(help: "lines (one layer__channel a line), csv, or json (the study's units file).")
  var format: UnitsFormat = .lines

  @Flag(help: "Print JSON: a units file that also says what it was drawn with.")
  var json = false

  @Option(help: "The file to write. Default: standard output.")
  var output: String?

  func validate() throws {
    guard count >= 1 else { throw ValidationError("--count has to be at least 1") }
    if withMlpNorm && layers != "relevant" {
      throw ValidationError("--with-mlp-norm is a choice of layers; leave out --layers")
    }
  }

  func run() throws {
    let model = try Model.named(model)
    var names = layers
    if withMlpNorm {
      guard model.relevantLayerVariants.contains(where: { $0.name == LayerList.withMLPNorm }) else {
        throw Failure(.usage, "\(model.identifier) has no mlp.norm", remedy: "leave out --with-mlp-norm")
      }
      names = LayerList.withMLPNorm
    }
    var excluded: Set<UnitName> = []
    for file in blacklist {
      for layer in try UnitSelection.read(file, for: model) {
        excluded.formUnion((layer.units ?? []).map { UnitName(layer: layer.layer, channel: $0) })
      }
    }
    let sample = try UnitSample(
      count, of: model, layers: LayerSelection.layers(names, of: model), seed: seed, excluding: excluded)
    let text =
      json
      ? String(decoding: try Console.document(Listing(sample, excluded: excluded.count)), as: UTF8.self)
      : format.text(of: sample.units)
    try Console.write(text, to: output)
  }

  private struct Listing: Encodable {
    let model: String, seed: UInt32, layers: Int, blacklisted: Int, units: [String]

    init(_ sample: UnitSample, excluded: Int) {
      (model, seed, layers) = (sample.model, sample.seed, sample.layers.count)
      (blacklisted, units) = (excluded, sample.units.map(\.studyName))
    }
  }
}

extension UnitsFormat: ExpressibleByArgument {}
