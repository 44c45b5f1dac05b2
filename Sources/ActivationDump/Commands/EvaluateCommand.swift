import ArgumentParser
import Assessment
import Datasets
import Foundation
import Inference
import Machine
import Models
import Statistics

/// `evaluate`: the accuracy of a network.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure top-1 and top-5 accuracy on labelled images.",
    discussion: """
      Any part of ImageNet's validation set will do: sorted into folders named by synset (n01440764), in tar files, as \
      downloaded with --labels, or as a list of paths with labels. Intervals are Wilson's, 95 %. The accuracy that was \
      published for the network's checkpoint is compared where that says something: not with generated weights, few \
      images, or images of few classes.
      """)

  @OptionGroup var network: ModelOptions

  @Option(
    help: """
      A folder of folders named by synset or class index, tar files, or a list: a text file, a pipe or '-' with 'path TAB \
      label' or 'path label' a line.
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

  @Option(
    help: """
      For CLIP: a matrix of embedding × 1000 classes (.npy or safetensors), the normalised mean embeddings of each \
      class's prompts.
      """)
  var classifier: String?

  @Option(help: "Also write the five best classes of every image to this file (tab-separated).")
  var predictions: String?

  @Option(help: "Take only the first LIMIT images.")
  var limit: Int?

  @Option(help: "What to do about an image that cannot be read: fail, or skip.")
  var onError = ErrorPolicy.fail

  @OptionGroup var pixels: PillowOptions

  @OptionGroup var work: WorkOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit has to be at least 1") }
  }

  func run() throws {
    var list = try ImageList.read(images, imageKeys: samples.imageKeys)
    for remark in list.remarks { Console.note("note: \(remark)") }
    if let labels { try list.label(from: labels) }
    if list.labelByFolderNumbers() {
      Console.note("note: class folders are named by numbers, which are taken for ImageNet's class indices")
    }
    if let limit { list.truncate(to: limit) }
    let (weights, identity) = try network.identifiedWeights()
    let model = identity.model
    let matrix = try classifier.map { try Classifier($0, outputs: model.outputs) }
    try Evaluation.check(model, list, classifier: matrix)
    let loaded = try Network(
      identity, weights: weights, options: network.arithmetic.planOptions(), pillow: pixels.resolved)
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
    if let published = summary.published { Console.result(words(for: published, summary)) }
    if summary.skipped > 0 { Console.result("\(summary.skipped.counted("image")) could not be read") }
    Console.result(String(format: "%.1f s, %.1f images/s", summary.seconds, summary.imagesPerSecond))
  }

  private func words(for published: PublishedAccuracy, _ summary: Evaluation.Summary) -> String {
    let verdict =
      switch published.verdict {
      case .inside: "inside the interval"
      case .outside: "outside the interval"
      case .fewImages: "not compared, since the interval of so few images is too wide; 400 or more are enough"
      case .generatedWeights: "not compared, since the weights are generated"
      case .fewClasses:
        "not compared, since the images are of \(summary.classes) of ImageNet's 1,000 classes only"
      }
    return String(format: "published top-1 %.2f %% (", 100 * published.top1)
      + "\(published.checkpoint) on the whole validation set): \(verdict)"
  }
}
