import ArgumentParser
import Dumps
import Foundation
import Machine
import Models
import Study
import Units

/// `exemplars`: references and queries from a dump.
struct ExemplarsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exemplars",
    abstract: "Choose the images that units respond to most and least, as the study did.",
    discussion: """
      From a dump, for each unit: with B batches, the 9B lowest and the 9B highest images are references, and B images \
      at either end are queries, right behind the references (easy) or from a percentile (hard99, hard95, hard85). They \
      are dealt into fair batches with the study's shuffles and written as 224-pixel PNG files into \
      OUTPUT/MODEL_EXTRA/LAYER/channel_C/natural_images/batch_B/{min,max}_{0…9}.png: 0 to 8 are references, 9 is the \
      query. exemplars.json says which image has which rank and activation; file_map.json is the same in the form the \
      study published.
      """)

  @Argument(help: "The folder of a dump.")
  var dump: String

  @Option(
    help: "The units: a file as 'units sample' writes it. Default: those the dump was made for with --units.")
  var units: String?

  @Option(help: "A unit, layer__channel, instead of a file; may be given more than once.")
  var unit: [String] = []

  @Option(help: "The folder of stimuli to write into.")
  var output: String

  @Option(help: "Where queries come from. Default: easy.")
  var condition: ExemplarCondition?

  @Option(help: "The lowest rank of the low queries, from 0, instead of a condition; with --stop-max.")
  var startMin: Int?

  @Option(help: "The rank behind the highest of the high queries; with --start-min.")
  var stopMax: Int?

  @Option(
    help: "What the folder's name adds to the network's. Default: nothing for easy, else the condition.")
  var extraName: String?

  @Option(help: "The batches of a unit. Default: the study's 20.")
  var batches: Int?

  @Flag(
    help: """
      For fewer images than the study's 1,281,167: take fewer batches in proportion, at least one, unless --batches says \
      how many; and take --start-min and --stop-max for ranks of the study, in proportion. Conditions are percentiles of \
      the images there are, always.
      """)
  var scaleWindows = false

  @Option(help: "The seed of the shuffles, from 0 to 4294967295.")
  var seed: UInt32 = 42

  @Option(help: "What 'dump --images' was given, if it is elsewhere now.")
  var images: String?

  @Flag(help: "Also write grid.png for each unit: its nine lowest images and its nine highest.")
  var grid = false

  @Flag(help: "Also write histogram.svg for each unit.")
  var histogram = false

  @Flag(inversion: .prefixedNo, help: "Write the pictures of references and queries.")
  var pictures = true

  @OptionGroup var placing: PlacementOptions

  @OptionGroup var replacing: OutputOptions<ExemplarsWords>

  @OptionGroup var pixels: PillowOptions

  @OptionGroup var threading: ThreadOptions

  @OptionGroup var results: SummaryOptions

  func validate() throws {
    guard (startMin == nil) == (stopMax == nil) else {
      throw ValidationError("--start-min and --stop-max belong together")
    }
    if startMin != nil && condition != nil {
      throw ValidationError("--start-min and --stop-max stand in the place of --condition; leave it out")
    }
    if units != nil && !unit.isEmpty { throw ValidationError("give --units or --unit, not both") }
    try replacing.check()
  }

  func run() throws {
    let run = try ExemplarRun(try request())
    let windows = run.windows
    Console.note(
      "note: \(windows.images.counted("image")), \(windows.batches.counted("batch", "batches")); references are ranks"
        + " \(words(for: windows.lowReferences)) and \(words(for: windows.highReferences)), queries ranks"
        + " \(words(for: windows.lowQueries)) and \(words(for: windows.highQueries))")
    let (summary, signal) = try withResumableProgress(of: "images") { try run.run(progress: $0) }
    guard let summary else {
      throw Interruption.goesOn(after: signal)
    }
    try results.print(summary) {
      Console.result(
        "\(summary.units.counted("unit")) × \(summary.batches.counted("batch", "batches")) of"
          + " \(summary.images.counted("image")) in \(summary.output)"
      )
      Console.result(
        String(format: "chose in %.1f s, wrote in %.1f s: ", summary.choosing, summary.writing)
          + "\(summary.written.counted("file")) of \(summary.chosen.counted("different image")); peak memory"
          + " \(summary.peakResidentBytes.asBytes)")
    }
  }

  private func words(for ranks: Range<Int>) -> String {
    ranks.count == 1
      ? ranks.lowerBound.grouped : "\(ranks.lowerBound.grouped) to \((ranks.upperBound - 1).grouped)"
  }

  private func request() throws -> ExemplarRequest {
    let recorded = try RecordedDump(opening: dump)
    var request = ExemplarRequest(
      dump: dump, units: try chosenUnits(in: recorded), output: output)
    if let startMin, let stopMax {
      request.windows = .ranks(startMin: startMin, stopMax: stopMax)
    } else {
      request.windows = .condition(condition ?? .easy)
    }
    (request.extra, request.batches, request.scaled) = (extraName, batches, scaleWindows)
    (request.seed, request.images) = (seed, images)
    request.existing = replacing.existing
    (request.writesPictures, request.writesGrids, request.writesHistograms) = (pictures, grid, histogram)
    (request.hardLinks, request.pillow) = (placing.links, pixels.pillow)
    request.threads = threading.resolved
    return request
  }

  private func chosenUnits(in dump: RecordedDump) throws -> [LayerUnits] {
    if let units { return try UnitSelection.read(units, for: dump.namedLayers(knowing: Model.names)) }
    if !unit.isEmpty { return try UnitSelection.units(unit, of: dump.namedLayers(knowing: Model.names)) }
    guard dump.manifest.layers.allSatisfy({ $0.units != nil }) else {
      throw Failure(
        .usage,
        "the dump holds every unit of its layers",
        remedy: "choose some with --units or --unit (see 'units sample')")
    }
    return dump.layers.map { LayerUnits(layer: $0.name, units: $0.units) }
  }
}

extension ExemplarCondition: ExpressibleByArgument {}
