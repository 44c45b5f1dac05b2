import ArgumentParser
import Atlas
import Foundation
import Machine
import Models

/// `report`: a static unit atlas.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Make pages that show what every recorded unit responds to.",
    discussion: """
      Makes the folder OUTPUT with index.html, a page for each layer, and a thumbnail of every image that is shown. Open \
      the index from the disk, or put the folder on any web server: the pages need no other program and ask for nothing \
      outside the folder. index.html#layer__channel opens a unit.
      """)

  @Argument(help: "The folder of a dump.")
  var dump: String

  @Option(help: "The folder to make.")
  var output: String

  @Option(
    help:
      "The layers to show: names and patterns such as 'layer4.*.conv3', separated by commas. Default: all recorded."
  )
  var layers: String?

  @Option(help: "Where the images are now. Default: where the dump found them.")
  var images: String?

  @Flag(help: "Replace an atlas that is in the place of the output.")
  var overwrite = false

  @Option(help: "The side of a thumbnail in pixels, 16 to 512.")
  var thumbnailSize = 96

  @OptionGroup var pixels: PillowOptions

  @OptionGroup var threading: ThreadOptions

  @OptionGroup var results: SummaryOptions

  func validate() throws {
    guard AtlasRequest.thumbnailSizes.contains(thumbnailSize) else {
      throw ValidationError("--thumbnail-size has to be from 16 to 512")
    }
  }

  func run() throws {
    var request = AtlasRequest(dump: dump, output: output)
    (request.layers, request.network, request.images) = (layers, Model.names, images)
    (request.thumbnailSize, request.existing) = (thumbnailSize, overwrite ? .overwrite : .refuse)
    request.wording = .commandLine
    (request.threads, request.pillow) = (threading.resolved, pixels.resolved)
    let atlas = try Atlas(request)
    guard let digested = try withProgress(of: "units", { try atlas.writeUnits(progress: $0) }),
      let missing = try withProgress(of: "images", { try atlas.writeThumbnails(of: digested, progress: $0) })
    else {
      throw Interruption.startsAgain()
    }
    let summary = try atlas.finish(digested, missing)
    try results.print(summary) {
      if summary.missing > 0 {
        Console.note(
          "note: \(summary.missing.grouped) of \(summary.images.grouped) images could not be found or read; a pattern"
            + " stands for each (--images says where they are)")
      }
      Console.result(
        "\(summary.units.counted("unit")) of \(summary.layers.counted("layer")), \(summary.images.counted("image")),"
          + " \(summary.bytes.asBytes)")
      Console.result("open \(summary.index)")
    }
  }
}
