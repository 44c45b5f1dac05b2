import ArgumentParser
import Foundation
import Models
import Recording

/// `evaluate`: the accuracy of a network.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure top-1 and top-5 accuracy on labelled images.",
    discussion: """
      Any part of ImageNet's validation set will do: sorted into folders named by synset (n01440764), in tar files, as \
      downloaded with --labels, or as a list of paths with labels. Intervals are Wilson's, 95 %.
      """)

  @OptionGroup var network: ModelOptions

  @Option(help: "A folder of folders named by synset, tar files, or a text file of 'path TAB label'.")
  var images: String

  @Option(
    help: """
      Labels of images without class folders: ImageNet's devkit (its folder), Kaggle's LOC_val_solution.csv, or lines \
      of 'name TAB label'.
      """)
  var labels: String?

  @Option(
    help: """
      For CLIP: a matrix of embedding × 1000 classes (.npy or safetensors), the normalised mean embeddings of each \
      class's prompts.
      """)
  var classifier: String?

  @Option(help: "Also write the five best classes of every image to this file (tab-separated).")
  var predictions: String?

  @Option(help: "Only the first so many images.")
  var limit: Int?

  @Option(help: "What to do about an image that cannot be read: fail, or skip.")
  var onError = ErrorPolicy.fail

  @OptionGroup var work: WorkOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit has to be at least 1") }
  }

  func run() throws {
    var list = try ImageList.read(images)
    for remark in list.remarks { Console.note("note: \(remark)") }
    if let labels { try list.label(from: labels) }
    if let limit { list.truncate(to: limit) }
    let (weights, identity) = try network.identifiedWeights()
    let model = identity.model
    let matrix = try classifier.map { try Classifier($0, outputs: model.outputs) }
    try Evaluation.check(model, list, classifier: matrix)
    let loaded = try Network(identity, weights: weights, options: network.arithmetic.planOptions())
    var evaluation = try Evaluation(loaded, on: list, classifier: matrix)
    (evaluation.batchSize, evaluation.threads) = (work.batchSize, work.resolvedThreads)
    evaluation.onError = onError
    let (summary, answers) = try withProgress(of: "images") { try evaluation.run(progress: $0) }
    if let predictions { try Evaluation.write(answers, of: list, to: predictions) }
    if json { try Console.result(json: summary) } else { report(summary, model) }
    if summary.interrupted { throw ExitStatus.interrupted.error }
  }

  private func report(_ summary: Evaluation.Summary, _ model: Model) {
    func line(_ name: String, _ share: Proportion) -> String {
      String(
        format: "%@ %.2f %% (%d of %d, 95 %% interval %.2f to %.2f %%)", name, 100 * share.value,
        share.successes, share.trials, 100 * share.low, 100 * share.high)
    }
    Console.result(line("top-1", summary.top1))
    Console.result(line("top-5", summary.top5))
    if let published = summary.publishedTop1 {
      let inside = (summary.top1.low...summary.top1.high).contains(published)
      Console.result(
        String(format: "published top-1 %.2f %%", 100 * published)
          + (inside ? ", inside the interval" : ", outside the interval"))
    }
    if summary.skipped > 0 { Console.result("\(summary.skipped) images could not be read") }
    Console.result(String(format: "%.1f s, %.1f images/s", summary.seconds, summary.imagesPerSecond))
  }
}
