import ArgumentParser
import Foundation
import Study

/// `trials catch`: units that every attentive participant answers correctly.
struct TrialsCatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catch", abstract: "Choose units for catch trials, and lay their stimuli out.",
    discussion: """
      Those of the study are not public. Of the units in STIMULI/MODEL_EXTRA, the easiest to tell apart become catch \
      trials: the references of batch 0 at either end are averaged to 8 × 8 pixels, and the squared distance between the \
      two mean pictures is divided by the sum of their mean squared distances from them. The query repeats the most \
      extreme reference, so that everybody can find it. Choose from units of another sample than those of the main \
      trials: 'units sample --seed 43 --blacklist'.
      """)

  @OptionGroup var source: StimuliOptions

  @Option(help: "natural, or optimized: references, and queries, are optimized_images.")
  var condition = StimulusCondition.natural

  @Option(help: "How many units.")
  var count = 5

  @Option(help: "The folder to make: LAYER/channelC/{natural,optimized}_images.")
  var output: String

  @OptionGroup var placing: PlacementOptions

  @OptionGroup var results: ReportOptions

  func validate() throws {
    guard count >= 1 else { throw ValidationError("--count has to be at least 1") }
  }

  func run() throws {
    var request = CatchRequest(stimuli: source.stimuli, model: source.model, output: output)
    (request.extra, request.condition, request.count) = (source.extraName, condition.mode, count)
    request.hardLinks = placing.links
    let summary = try CatchTrials.make(request)
    try results.print(summary) {
      Console.table(
        ["layer", "channel", "separation"],
        summary.units.map { [$0.layer, $0.channel, String(format: "%.3g", $0.separation)] },
        right: [2])
    }
  }
}
