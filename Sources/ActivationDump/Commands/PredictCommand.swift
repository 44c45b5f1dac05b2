import ArgumentParser
import Assessment
import Foundation
import Images
import Inference
import Models
import Tensor

/// `predict`: the classes that a network predicts for images.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Print the five most probable classes of each image.")

  @OptionGroup var network: ModelOptions

  @Option(help: "For CLIP: a matrix of embedding × 1000 classes (.npy or safetensors).")
  var classifier: String?

  @OptionGroup var pixels: PillowOptions

  @OptionGroup var results: ReportOptions

  @Argument(help: "JPEG or PNG files.")
  var images: [String]

  func run() throws {
    let identity = try network.identifiedWeights()
    let model = identity.model
    let matrix = try classifier.map { try Classifier($0, outputs: model.outputs) }
    try Evaluation.checkClasses(model, classifier: matrix)
    let loaded = try Network(
      identity, options: network.arithmetic.planOptions(), pillow: pixels.resolved)
    var rows: [Row] = []
    for image in images {
      let record = try loaded.run(imageAt: image)
      let best = matrix.map { $0.topLabels(5, of: record.output.elements) } ?? record.topLabels(5)
      rows.append(Row(image: image, predictions: best))
      if !results.json { show(image, best) }
    }
    // Text was already printed image by image.
    try results.print(Listing(model: model.identifier, pillow: loaded.pillow.rawValue, images: rows)) {}
  }

  private func show(_ image: String, _ best: [Prediction]) {
    Console.result(image)
    for prediction in best {
      Console.result(
        String(
          format: "  %5.1f %%  %@  %@", 100 * prediction.probability, prediction.synset, prediction.label))
    }
  }

  private struct Listing: Encodable {
    let model: String, pillow: Int, images: [Row]
  }

  private struct Row: Encodable {
    let image: String, predictions: [Prediction]
  }
}
