import ArgumentParser
import Datasets
import Dumps
import Formats
import Machine

/// `inspect`: state and provenance of dumps.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Say what a dump is, where it came from and how far it got.")

  @Argument(help: "The folders of dumps, or folders that hold shards.")
  var dumps: [String]

  @Option(
    help: """
      Print only which of N shards are missing from a folder or not complete, as sbatch --array takes them: 0,3-5. The \
      folder may be missing itself.
      """)
  var missing: Int?

  @OptionGroup var results: ReportOptions

  func validate() throws {
    if missing != nil && dumps.count != 1 {
      throw ValidationError("--missing looks at one folder of shards; name one")
    }
  }

  func run() throws {
    if let missing {
      let shards = try ShardFolders.missing(of: missing, in: dumps[0])
      return try results.print(Shards(shards: missing, missing: shards)) {
        if !shards.isEmpty { Console.result(Ranges.text(shards)) }
      }
    }
    var inspections: [DumpInspection] = []
    for path in try ShardFolders.expand(dumps) { inspections.append(try DumpInspection(path)) }
    try results.print(Listing(dumps: inspections)) {
      if inspections.count == 1 { describe(inspections[0]) } else { list(inspections) }
    }
  }

  private struct Listing: Encodable { let dumps: [DumpInspection] }
  private struct Shards: Encodable { let shards: Int, missing: [Int] }

  private func list(_ inspections: [DumpInspection]) {
    Console.table(
      ["dump", "shard", "state", "images", "done", "size", "host", "started"],
      inspections.map { inspection in
        let manifest = inspection.manifest
        return [
          inspection.path, manifest.shard.map { "\($0.index)/\($0.count)" } ?? "", manifest.state.rawValue,
          manifest.images.count.grouped, inspection.rowsDone.grouped, inspection.bytes.asBytes,
          manifest.host.name, manifest.started,
        ]
      }, right: [3, 4, 5])
  }

  private func describe(_ inspection: DumpInspection) {
    let manifest = inspection.manifest
    let units = manifest.layers.reduce(0) { $0 + $1.columns }
    var rows = [
      ["state", manifest.state.rawValue + (manifest.failure.map { ": \($0)" } ?? "")],
      ["images", "\(inspection.rowsDone.grouped) of \(manifest.images.count.grouped)"],
      ["skipped", manifest.images.skipped.grouped],
      ["list", "\(manifest.images.layout.rawValue), SHA-256 \(manifest.images.listSha256)"],
      ["model", manifest.model],
      [
        "weights",
        manifest.weights.name + (manifest.weights.key.map { ", key \($0)" } ?? "")
          + (manifest.weights.sha256.map { ", SHA-256 \($0)" } ?? ""),
      ],
      [
        "head",
        manifest.head.map {
          $0 == .absent ? "absent: no logits" : "of \(manifest.logits?.columns ?? 0) outputs"
        } ?? "the published one",
      ],
      ["arithmetic", "\(manifest.precision), kernels \(manifest.tier)"],
      ["recorded", "\(manifest.reduce) of \(manifest.layers.count) layers, \(units.grouped) columns"],
      ["on disk", inspection.bytes.asBytes],
      [
        "made by",
        "\(manifest.tool.name) \(manifest.tool.version) on \(manifest.host.name) (\(manifest.host.processor))",
      ],
      ["from, to", "\(manifest.started), \(manifest.ended ?? "")"],
      ["command", manifest.arguments.joined(separator: " ")],
    ]
    if let extremes = manifest.extremes {
      rows.append(["kept", "\(extremes.limit) images from each end, a sample of \(extremes.sample.grouped)"])
    }
    if let array = manifest.layers.first, ArrayFormat(array) != ArrayFormat() {
      rows.append(["numbers", array.dtype + (array.unitMajor == true ? ", units × images" : "")])
    }
    if let shard = manifest.shard {
      rows.insert(
        [
          "shard",
          "\(shard.index) of \(shard.count), rows \(shard.firstRow) on of \(shard.imagesOfAll.grouped)",
        ], at: 1)
    }
    if let resumed = manifest.resumed { rows.append(["resumed", "\(resumed) times"]) }
    if let merged = manifest.merged { rows.append(["merged", "from \(merged.count) shards"]) }
    Console.table([inspection.path, ""], rows)
  }
}
