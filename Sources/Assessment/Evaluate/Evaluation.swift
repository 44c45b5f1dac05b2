package import Datasets
import Images
package import Inference
import Layers
package import Machine
package import Models
package import Statistics
import Synchronization

/// An evaluation of a network's accuracy on labelled images.
package struct Evaluation: Sendable {
  /// The network.
  package let network: Network
  /// The images.
  package let images: ImageList
  /// The classifier, for a network that returns an embedding.
  package let classifier: Classifier?
  /// The number of images in a batch.
  package var batchSize = 8
  /// The number of threads.
  package var threads = ProcessorCount.available
  /// The action for images that cannot be read.
  package var onError = ErrorPolicy.fail

  /// Creates an evaluation.
  ///
  /// - Throws: ``Failure`` when images have no ImageNet labels, or there are no class scores.
  package init(_ network: Network, on images: ImageList, classifier: Classifier? = nil) throws(Failure) {
    try Self.check(network.model, images, classifier: classifier)
    (self.network, self.images, self.classifier) = (network, images, classifier)
  }

  /// Checks that the images have labels and that there are class scores, before any weights are loaded.
  ///
  /// - Throws: ``Failure`` of kind `usage` or `badData`.
  package static func check(
    _ model: Model, _ images: ImageList, classifier: Classifier?
  ) throws(Failure) {
    try checkClasses(model, classifier: classifier)
    switch images.labels {
    case .imagenet: break
    case .given:
      let labels = (0..<images.count).lazy.map { images.label(ofRow: $0) }
      if let row = labels.firstIndex(where: { $0.map { $0 >= 1000 } ?? true }) {
        let countsFromOne = labels.allSatisfy { $0.map { (1...1000).contains($0) } ?? false }
        throw Failure(
          .badData,
          "\(images.path(ofRow: row)) has no label from 0 to 999; every image needs one"
            + (countsFromOne
              ? ": these count from 1, or are the numbers of ImageNet's devkit, which need its meta.mat" : "")
        )
      }
    case .folders:
      let synsets = Set(ImageNet.synsets)
      let unknown = images.classes.filter { !synsets.contains($0) }
      throw Failure(
        .badData,
        "\(images.root): folders have to be named by ImageNet synset, such as n01440764, and \(unknown.count) of"
          + " \(images.classes.count) are not: \(unknown.prefix(5).joined(separator: ", "))")
    case .none:
      let place = images.layout == .list ? "the list" : images.root
      throw Failure(
        .badData,
        "\(place) has no labels",
        remedy: "give \(.labels), a folder of folders named by synset, or a list with labels")
    }
  }

  /// Refuses a network whose outputs are not scores of the ImageNet classes.
  ///
  /// - Throws: ``Failure`` of kind `usage` for an embedding without a classifier, `badData` for a different
  ///   head.
  package static func checkClasses(_ model: Model, classifier: Classifier?) throws(Failure) {
    switch model.head {
    case .absent:
      throw Failure(
        .badData,
        "these weights of \(model.identifier) have no head, so that there are no class scores; '\(.dump)' records their units"
      )
    case .outputs(let count) where !model.isEmbedding:
      throw Failure(
        .badData,
        "these weights of \(model.identifier) have a head of \(count) outputs, and which classes they stand for is not"
          + " known; '\(.dump)' records them as they are (logits.npy)")
    case .published where model.output == .numbers:
      throw Failure(
        .badData,
        "\(model.identifier) returns \(model.outputs) numbers, and which classes they stand for is not known; '\(.dump)'"
          + " records them as they are (logits.npy)")
    default: if !model.isEmbedding || classifier != nil { return }
    }
    throw Failure(
      .usage,
      "\(model.identifier) returns an embedding, not classes",
      remedy: "give \(.classifier, "FILE"), a matrix of \(model.outputs)×1000"
        + " made from class names (.npy or safetensors)")
  }

  /// The results of an evaluation.
  package struct Summary: Sendable, Codable {
    /// The number of images scored, and of images that could not be read.
    package var images: Int, skipped: Int
    /// The major version of the Pillow whose preprocessing is reproduced.
    package var pillow: Int
    /// The fraction of images whose label is the best class, and of those whose label is among the best five.
    package var top1: Proportion, top5: Proportion
    /// The number of different labels among the images.
    package var classes: Int
    /// The published accuracy of the network's checkpoint; `nil` if none is published.
    package var publishedTop1: Double?
    /// The comparison of this accuracy with the published one.
    package var published: PublishedAccuracy?
    /// The elapsed time in seconds, and the images per second.
    package var seconds: Double, imagesPerSecond: Double
    /// Whether the evaluation was stopped before the last image.
    package var interrupted: Bool
  }

  /// The best classes of one image.
  package struct Answer: Sendable, Hashable {
    /// The row and the label of the image.
    package var row: Int, label: Int
    /// The five best classes, best first.
    package var best: [Int]
  }

  /// Scores all images, or fewer if `progress` is cancelled.
  ///
  /// - Returns: The summary, and the answer to each image in order.
  /// - Throws: The error of reading an image; ``Failure`` when no image could be read.
  package func run(progress: RunProgress = RunProgress()) throws -> (summary: Summary, answers: [Answer]) {
    let tally = Tally()
    let chunkRows = ImagePass.chunkRows(
      images: images.count, rowBytes: 1, batchSize: batchSize, threads: threads)
    let pass = ImagePass(
      network: network, images: images, rows: [0..<images.count], chunkRows: chunkRows, batchSize: batchSize,
      threads: threads, onError: onError, progress: progress)
    let scored = classifier.map { Classes(count: $0.classes) } ?? network.classes
    let (images, classifier) = (images, classifier)
    let start = Clock.seconds
    _ = try pass.run { Scorer(images: images, classes: scored, classifier: classifier, tally: tally) }
    let seconds = Clock.seconds - start
    let answers = tally.answers
    guard !answers.isEmpty else {
      throw Failure(.badData, "none of the \(images.count) images in \(images.root) could be scored")
    }
    let top1 = Proportion(successes: answers.count { $0.best.first == $0.label }, trials: answers.count)
    let classes = Set(answers.map(\.label)).count
    let published = published(for: top1, classes: classes)
    let summary = Summary(
      images: answers.count, skipped: progress.skipped, pillow: network.pillow.rawValue, top1: top1,
      top5: Proportion(successes: answers.count { $0.best.contains($0.label) }, trials: answers.count),
      classes: classes, publishedTop1: published?.top1, published: published, seconds: seconds,
      imagesPerSecond: Double(answers.count) / max(seconds, 1e-9), interrupted: progress.isCancelled)
    return (summary, answers)
  }

  /// Compares the accuracy with the network's published accuracy.
  private func published(for top1: Proportion, classes: Int) -> PublishedAccuracy? {
    guard let known = network.model.publishedTop1 else { return nil }
    let generated = if case .seeded = network.weights { true } else { false }
    let checkpoint = network.model.publishedFiles.first?.name ?? network.model.identifier
    return PublishedAccuracy(
      known, of: checkpoint, measured: top1, generated: generated, classes: classes)
  }
}

extension Evaluation {
  /// Writes the five best classes of every image: row, path, label, best to fifth best, separated by tabs.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` or `writeFailed`.
  package static func write(
    _ answers: [Answer], of images: ImageList, to path: String
  ) throws(Failure) {
    let file = try TextFile(output: path)
    try file.append("row\tpath\tlabel\ttop1\ttop2\ttop3\ttop4\ttop5\n")
    for answer in answers {
      let fields =
        [String(answer.row), EscapedText.escaped(images.bytes(ofRow: answer.row)), String(answer.label)]
        + answer.best.map(String.init)
      try file.append(fields.joined(separator: "\t") + "\n")
    }
    try file.commit()
  }
}

/// The collected answers of all workers.
private final class Tally: Sendable {
  private let collected = Mutex<[Evaluation.Answer]>([])

  var answers: [Evaluation.Answer] { collected.withLock { $0.sorted { $0.row < $1.row } } }
  func add(_ answer: Evaluation.Answer) { collected.withLock { $0.append(answer) } }
}

private struct Scorer: RowSink {
  let images: ImageList
  let classes: Classes
  let classifier: Classifier?
  let tally: Tally

  mutating func begin(_ rows: Range<Int>) {}
  mutating func skip(row: Int, because reason: String) {}
  mutating func end(_ rows: Range<Int>, writingWith runner: Runner) {}

  mutating func record(row: Int, from workspace: Workspace, at place: Int) {
    let output = workspace.withOutput(of: place) { Array($0) }
    let scores = classes.scores(of: classifier?.scores(output) ?? output)
    tally.add(
      Evaluation.Answer(row: row, label: images.label(ofRow: row) ?? -1, best: Classes.top(5, of: scores)))
  }
}
