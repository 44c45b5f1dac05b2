import ArgumentParser
import Datasets
import Dumps
import Formats
import Foundation
import Images
import Inference
import Machine
import Models
import Recording
import Tensor
import Units

/// `dump`: images are the input, recorded units the output.
struct DumpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Record the units of a network over images.",
    discussion: """
      Makes the folder OUTPUT with a NumPy array for each layer (activations/LAYER.npy, images × units), the network's \
      output (logits.npy), a table of the images (images.tsv) and where it all came from (manifest.json). The bytes are \
      the same for every batch size and number of threads.
      """)

  @OptionGroup var network: ModelOptions

  @Option(
    help: """
      A folder of class folders, a folder of images, a tar file or several ('train-{000..146}.tar', a folder of them), \
      or a list: a text file of paths relative to its own folder ('path', 'path TAB label' or 'path label' a line), a pipe \
      or '-', standard input, with paths relative to the working directory.
      """)
  var images: String

  @Option(
    help: """
      Labels of images without class folders: ImageNet's devkit (its folder), Kaggle's LOC_val_solution.csv, lines of a \
      name and a label (a tab, a comma or spaces between), or a label a line in the order of the images. Labels are class \
      indices or synsets.
      """)
  var labels: String?

  @OptionGroup var samples: SampleOptions

  @Option(help: "The folder to make.")
  var output: String

  @Option(
    help: """
      What to record: 'relevant' (the study's layers, the default), 'all', or names and patterns such as \
      'layer4.*.conv3', separated by commas, in PyTorch's spelling or the study's.
      """)
  var layers: String?

  @Option(help: "Record only the units of this file: one layer__channel a line, or the study's JSON.")
  var units: String?

  @Option(
    help:
      "What to keep of a layer: mean or max over positions, token0 (the class token), or none: everything.")
  var reduce = Reduction.mean

  @Option(
    help: """
      What to keep of the activations: 'all' (a matrix for each layer, the default), or 'extremes:K': of each unit the K \
      lowest and K highest images (201 unless given), exact mean, variance and range, and a sample. These files do not \
      grow with the number of images.
      """, transform: Self.keep)
  var keep = Retention.all

  @Option(help: "The numbers of layers: float32, or float16, which takes half the room.")
  var dtype = ValueType.float32

  @Flag(help: "Write units × images, so that one unit is together, and not images × units.")
  var unitMajor = false

  @Option(
    help: ArgumentHelp(
      "With --keep extremes, the rows to write beside the others before they are folded into them.",
      visibility: .hidden))
  var spillRows: Int?

  @Flag(
    help: """
      Also measure the study's baselines of every unit, pixel-wise and channel-wise sparsity and local contrast: \
      baselines/LAYER.npz. They tell dead units, too. Costs speed, since every layer has to be in memory once.
      """)
  var baselines = false

  @OptionGroup var pixels: PillowOptions

  @OptionGroup var work: WorkOptions

  @Option(help: "Take only the first LIMIT images.")
  var limit: Int?

  @Option(
    help: """
      Only part I of N of the images, from 0: give each part an output of its own and put them together with 'merge'. \
      In a Slurm job array over 0 to N-1, or with ACTIVATION_DUMP_SHARDS=N in any array, the default is the task's part, \
      in a folder of its own below the output; 'none' records all images in every task, for arrays over something else.
      """)
  var shard: String?

  @OptionGroup var replacing: OutputOptions<DumpWords>

  @Option(help: "What to do about an image that cannot be read: fail, or skip (a row of NaN).")
  var onError = ErrorPolicy.fail

  @Flag(
    help: """
      Check everything, try a few images, say what the dump would take (disk, memory, time), and write nothing.
      """)
  var dryRun = false

  @Flag(help: "Print what would run on each batch, step by step, and do nothing else.")
  var explain = false

  @OptionGroup var results: SummaryOptions

  /// Reads the part of the activations to keep. The argument parser includes the error's sentence in its own.
  ///
  /// - Throws: `ValidationError` with the sentence in the wording of the command line.
  private static func keep(_ text: String) throws(ValidationError) -> Retention {
    do { return try Retention(text) } catch { throw ValidationError(error.sentence.forCommandLine) }
  }

  func validate() throws {
    if layers != nil && units != nil {
      throw ValidationError("--units names its layers itself; leave out --layers")
    }
    try replacing.check()
    if let spillRows, spillRows < 1 { throw ValidationError("--spill-rows has to be at least 1") }
    if let limit, limit < 1 { throw ValidationError("--limit has to be at least 1") }
    if explain && results.json { throw ValidationError("--explain prints text; leave out --json") }
  }

  func run() throws {
    StopSignals.endResumably()
    let request = try request()
    if explain { return Console.result(try request.explanation()) }
    let dump = try Dump(request)
    if let shard = request.shard {
      Console.note("note: shard \(shard): \(dump.rows.count.grouped) of \(dump.images.count.grouped) images")
      tellOfArray(shard, request.arrayTask)
    }
    for remark in dump.images.remarks { Console.note("note: \(remark)") }
    if pixels.pillow == nil, let pillow = dump.request.pillow, pillow != .standard {
      Console.note("note: it goes on with the pixels of Pillow \(pillow.rawValue), as it began")
    }
    if dryRun { return try describe(dump) }
    let (summary, signal) = try withResumableProgress(of: "images") { try dump.run(progress: $0) }
    try results.print(summary) { report(summary, dump) }
    if summary.skipped * 2 > dump.rows.count {
      Console.note(
        "NOTE: \(summary.skipped.grouped) of \(dump.rows.count.grouped) images, most of them, could not be read;"
          + " images.tsv says why")
    }
    if summary.state == .interrupted {
      throw Interruption.goesOn(
        after: signal,
        "interrupted: \(summary.images + summary.skipped) of \(dump.rows.count) images are in \(summary.output)"
      )
    }
  }

  private func request() throws -> DumpRequest {
    let identity = try network.identifiedWeights()
    let model = identity.model
    let chosen =
      try units.map { try UnitSelection.read($0, for: model) }
      ?? LayerSelection.layers(layers ?? "relevant", of: model).map { LayerUnits(layer: $0) }
    var request = DumpRequest(
      model: model, weights: identity.weights, images: images, output: output,
      layers: chosen)
    (request.identity, request.wording) = (identity, .commandLine)
    (request.reduction, request.baselines) = (reduce, baselines)
    (request.keep, request.valueType, request.isUnitMajor) = (keep, dtype, unitMajor)
    request.spillRows = spillRows
    request.options = try network.arithmetic.planOptions()
    request.pillow = pixels.pillow
    (request.batchSize, request.threads) = (work.batchSize, work.resolvedThreads)
    (request.limit, request.onError, request.labels) = (limit, onError, labels)
    request.imageKeys = samples.imageKeys
    request.existing = replacing.existing
    try choosePart(&request)
    request.arguments = ProgramArguments.all
    return request
  }

  private func report(_ summary: DumpSummary, _ dump: Dump) {
    guard summary.state != .complete || summary.imagesPerSecond > 0 else {
      return Console.result("\(summary.output) already holds all \(summary.images.grouped) images")
    }
    let stages = summary.stages
    Console.result(
      "\(summary.images.counted("image")) × \(dump.outline.units.counted("unit")) of \(dump.outline.layers.counted("layer"))"
        + " in \(summary.output)")
    if let shard = dump.request.shard {
      let (first, last) = (dump.rows.lowerBound.grouped, (dump.rows.upperBound - 1).grouped)
      Console.result(
        "part \(shard.index + 1) of \(shard.count): rows \(first) to \(last) of \(dump.images.count.grouped);"
          + " 'merge' puts all parts together")
    }
    if summary.skipped > 0 {
      Console.result("\(summary.skipped.counted("image")) could not be read; see images.tsv")
    }
    Console.result(
      String(
        format:
          "%.1f s, %.1f images/s; core time: decode %.1f s, preprocess %.1f s, forward %.1f s, write %.1f s;",
        summary.seconds, summary.imagesPerSecond, stages.decode, stages.preprocess, stages.forward,
        stages.write)
        + " peak memory \(summary.peakResidentBytes.asBytes)")
  }
}
