import ArgumentParser
import Dumps
import Layers
import Machine
import Models
import Statistics
import Study
import Tensor
import Units

/// `units list`: units by their properties and their statistics.
struct UnitsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List units by layer, kind and what was recorded of them.",
    discussion: """
      With --dump, units can be chosen by their activations, and csv and --json say what these are: least, greatest, \
      mean, standard deviation, the share that is zero or less, and whether the unit is constant, never positive, or \
      dead. A dump always says which units are dead if it was recorded with --baselines or --reduce max; of others it \
      says so for the units it can, and --dead and --alive fail where it cannot. docs/glossary.md defines the terms.
      """)

  @Option(help: "The network: an identifier from 'activation-dump models'. Default: that of the dump.")
  var model: String?

  @Option(help: "The folder of a dump.")
  var dump: String?

  @Option(
    help: """
      The layers: 'relevant', 'all', or names and patterns separated by commas, in either spelling. Default: relevant, or \
      with --dump all that were recorded.
      """)
  var layers: String?

  @Option(help: "Only layers of these kinds, separated by commas: see 'activation-dump layers'.")
  var kind: String?

  @Flag(help: "Only dead units: those that are zero or less at every position of every image.")
  var dead = false

  @Flag(help: "Only units that are not dead.")
  var alive = false

  @Flag(
    help:
      "Only units that are never positive on average: no recorded value, usually a mean over positions, is above 0."
  )
  var neverPositive = false

  @Flag(help: "Only constant units: those whose recorded values differ by less than 1e-8.")
  var constant = false

  @Option(help: "Only units with at least this share, from 0 to 1, of activations that are zero or less.")
  var sparse: Double?

  @Option(help: "lines (one layer__channel a line), csv, or json (the study's units file).")
  var format: UnitsFormat = .lines

  @Flag(help: "Print JSON: a units file that also says what was recorded.")
  var json = false

  @Option(help: "The file to write. Default: standard output.")
  var output: String?

  func validate() throws {
    if model == nil && dump == nil { throw ValidationError("give --model or --dump") }
    if dead && alive { throw ValidationError("give --dead or --alive, not both") }
    if let sparse, !(0...1).contains(sparse) { throw ValidationError("--sparse has to be from 0 to 1") }
    if dump == nil && (dead || alive || neverPositive || constant || sparse != nil) {
      throw ValidationError("what a unit did is in a dump; give --dump")
    }
  }

  func run() throws {
    let recorded = try dump.map { try RecordedDump(opening: $0) }
    let network = model ?? recorded?.manifest.model ?? ""
    if let recorded, recorded.manifest.model != network {
      let other = try Model.named(network)
      throw Failure(
        .usage,
        "\(recorded.path) is of \(recorded.manifest.model), not \(other.identifier)",
        remedy: "leave out --model")
    }
    let listed = try recorded.map { try recordedUnits(of: $0) } ?? units(of: Model.named(network))
    let text =
      json
      ? String(decoding: try Console.document(Listing(network, listed)), as: UTF8.self) : text(of: listed)
    try Console.write(text, to: output)
  }

  /// Returns the units of a network.
  private func units(of model: Model) throws -> [ListedUnit] {
    let chosen = try layers.map { try LayerSelection.layers($0, of: model) } ?? model.relevantLayers
    return try ofKind(chosen, in: model.graph()).flatMap { layer in
      (0..<(model.channels(of: layer) ?? 0)).map { ListedUnit(unit: UnitName(layer: layer, channel: $0)) }
    }
  }

  /// Returns the layers of the requested kinds.
  private func ofKind(_ layers: [String], in graph: Graph) -> [String] {
    guard let kinds = kind.map({ Set($0.split(separator: ",").map(String.init)) }) else { return layers }
    return layers.filter { kinds.contains(graph.kind(of: $0) ?? "") }
  }

  /// Returns the units of a dump. The network is needed only for the kinds of layers, which are not in the
  /// manifest.
  private func recordedUnits(of recorded: RecordedDump) throws -> [ListedUnit] {
    var chosen =
      try layers.map { try LayerSelection.layers($0, of: recorded.namedLayers(knowing: Model.names)) }
      ?? recorded.layers.map(\.name)
    if kind != nil {
      guard let model = try? Model.named(recorded.manifest.model) else {
        throw Failure(
          .usage,
          "the kinds of the layers of \(recorded.manifest.model) are not known: 'activation-dump models' does not list"
            + " it; leave out --kind")
      }
      chosen = ofKind(chosen, in: try model.graph())
    }
    let held = Set(recorded.layers.map(\.name))
    // A pattern stands for the recorded layers that match it; a name of a layer that was not recorded is an
    // error.
    if chosen.contains(where: held.contains) { chosen = chosen.filter(held.contains) }
    var filter = UnitFilter()
    filter.dead = dead ? true : alive ? false : nil
    (filter.neverPositive, filter.constant, filter.sparsity) = (neverPositive, constant, sparse)
    return try UnitListing.units(of: recorded, layers: chosen, filter: filter)
  }

  private func text(of units: [ListedUnit]) -> String {
    guard format == .csv, dump != nil else { return format.text(of: units.map(\.unit)) }
    let header =
      "unit,layer,channel,minimum,maximum,mean,standard_deviation,sparsity,constant,never_positive,dead\n"
    return header
      + units.map { listed in
        let row = Row(listed)
        let numbers = [row.minimum, row.maximum, row.mean, row.standardDeviation, row.sparsity]
        let terms = [row.constant, row.neverPositive, row.dead]
        return
          ([row.unit, row.layer, String(row.channel)] + numbers.map { $0.map { "\($0)" } ?? "" }
          + terms.map { $0.map { "\($0)" } ?? "" }).joined(separator: ",") + "\n"
      }.joined()
  }

  private struct Listing: Encodable {
    let model: String, units: [String], statistics: [Row]?

    init(_ model: String, _ listed: [ListedUnit]) {
      (self.model, units) = (model, listed.map(\.unit.studyName))
      statistics = listed.contains { $0.statistics != nil } ? listed.map(Row.init) : nil
    }
  }

  private struct Row: Encodable {
    let unit: String, layer: String, channel: Int
    let minimum: Double?, maximum: Double?, mean: Double?, standardDeviation: Double?, sparsity: Double?
    let constant: Bool?, neverPositive: Bool?
    /// Whether the unit is dead; absent where the dump does not determine the answer.
    let dead: Bool?

    init(_ listed: ListedUnit) {
      (unit, layer, channel) = (listed.unit.studyName, listed.unit.layer, listed.unit.channel)
      let statistics = listed.statistics
      (minimum, maximum, mean) = (statistics?.minimum, statistics?.maximum, statistics?.mean)
      standardDeviation = statistics?.variance.squareRoot()
      sparsity = statistics?.sparsity
      (constant, neverPositive) = (statistics?.isConstant, statistics?.isNeverPositive)
      dead = listed.isDead
    }
  }
}
