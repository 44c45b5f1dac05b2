import Assessment
import Datasets
import Foundation
import Inference
import Machine
import Models
import Statistics
import TestSupport
import Testing

struct EvaluationTests {
  @Test(
    "a published accuracy is compared where the interval is narrow and the images are a sample of all classes",
    arguments: [
      (762, 1000, 632, false, .inside), (700, 1000, 632, false, .outside),
      (762, 1000, 632, true, .generatedWeights),
      // Cases with the whole validation set.
      (38065, 50000, 1000, false, .inside), (37500, 50000, 1000, false, .outside),
      // Cases with few images: the interval of 25 images is 33 points wide, but an accuracy outside of it is
      // still reported.
      (19, 25, 25, false, .fewImages), (0, 1, 1, false, .fewImages), (0, 25, 25, false, .outside),
      // Cases with few classes: one class folder, ten classes of Imagenette, a hundred of 1,000.
      (38, 50, 1, false, .fewClasses), (3000, 3925, 10, false, .fewClasses),
      (3805, 5000, 100, false, .fewClasses),
    ] as [(Int, Int, Int, Bool, PublishedAccuracy.Verdict)])
  func published(
    successes: Int, trials: Int, classes: Int, generated: Bool, verdict: PublishedAccuracy.Verdict
  ) {
    let measured = Proportion(successes: successes, trials: trials)
    let published = PublishedAccuracy(
      0.7613, of: "file", measured: measured, generated: generated, classes: classes)
    #expect(published.verdict == verdict)
  }

  @Test("the top list is in order, ties by index, NaN last")
  func top() {
    #expect(Classes.top(3, of: [1, 5, 3, 5]) == [1, 3, 2])
    #expect(Classes.top(4, of: [.nan, 5, -.infinity, .nan]) == [1, 2, 0, 3])
    #expect(Classes.top(9, of: [1, 2]) == [1, 0])
  }

  @Test("scores become probabilities once, and Lucid's outputs are mapped to PyTorch's classes")
  func labels() throws {
    let model = try Model.named("googlenet")
    let lucid = Classes(model: model)
    #expect(lucid.isProbability)
    var output = [Float](repeating: 0, count: 1008)
    output[449] = 0.75  // torch class 0
    output[1000] = 0.25  // torch class 543, which the study's code cut off
    let best = lucid.top(2, of: output)
    #expect(best.map(\.index) == [0, 543] && best.map(\.probability) == [0.75, 0.25])
    #expect(best[0].synset == "n01440764")

    let plain = try Model.named("squeezenet1_1")
    let labels = Classes(model: plain)
    var scores = [Float](repeating: -1000, count: 1000)
    (scores[7], scores[9]) = (1000, 1000)
    #expect(!labels.isProbability)
    #expect(labels.top(2, of: scores).map(\.probability) == [0.5, 0.5])
  }

  @Test("images in the folder of the network's answer are correct, and others count by rank")
  func accuracy() throws {
    let folder = try TemporaryFolder()
    let model = try Model.named("squeezenet1_1")
    let network = try Network(model, weights: .seeded(1))
    // Three images are labelled with the best class, one with the third best, and one with the seventh.
    for (index, rank) in [0, 0, 0, 2, 6].enumerated() {
      let image = PNG.photograph(width: 60, height: 50, seed: UInt64(100 + index))
      let path = try folder.write(image, to: "image.png")
      let best = try network.run(imageAt: path).topLabels(7)
      try folder.write(image, to: "images/\(best[rank].synset)/\(index).png")
    }
    var evaluation = try Evaluation(network, on: ImageList.read(folder("images")))
    (evaluation.batchSize, evaluation.threads) = (2, 2)
    let (summary, answers) = try evaluation.run()
    #expect(summary.images == 5 && summary.skipped == 0)
    #expect(summary.top1.successes == 3 && summary.top5.successes == 4)
    #expect(summary.publishedTop1 == model.publishedTop1 && summary.classes <= 5)
    #expect(summary.published?.verdict == .generatedWeights)
    #expect(answers.map(\.row) == [0, 1, 2, 3, 4])
  }

  @Test("labels that are not ImageNet's are refused by name")
  func badLabels() throws {
    let folder = try TemporaryFolder()
    let image = PNG.photograph(width: 9, height: 9, seed: 1)
    try folder.write(image, to: "named/cats/a.png")
    try folder.write(image, to: "flat/a.png")
    try folder.write("flat/a.png\t1000\n".utf8, to: "list.txt")
    let network = try Network(.named("squeezenet1_1"), weights: .seeded(1))
    for (name, mention) in [("named", "cats"), ("flat", "no labels"), ("list.txt", "a.png")] {
      let error = #expect(throws: Failure.self) {
        try Evaluation(network, on: try ImageList.read(folder(name)))
      }
      #expect(error?.kind == .badData && error?.message.contains(mention) == true)
    }
  }

  @Test("a classifier multiplies the normalised embedding by 100")
  func classifier() throws {
    let folder = try TemporaryFolder()
    var matrix = [Float](repeating: 0, count: 2000)
    (matrix[5], matrix[1000 + 5]) = (0.6, 0.8)
    try folder.write(npy("(2, 1000)", matrix), to: "zero-shot.npy")
    let classifier = try Classifier(folder("zero-shot.npy"), outputs: 2)
    let scores = classifier.scores([6, 8])
    #expect(abs(scores[5] - 100) <= 1e-4 && scores[4] == 0)
    #expect(classifier.topLabels(1, of: [6, 8]).first?.index == 5)
    let error = #expect(throws: Failure.self) { try Classifier(folder("zero-shot.npy"), outputs: 512) }
    #expect(error?.message.contains("2×1000") == true)
    try folder.write(npy("(2, 1001)", matrix), to: "short.npy")
    #expect(throws: Failure.self) { try Classifier(folder("short.npy"), outputs: 2) }
    // A network that returns an embedding needs a classifier.
    try folder.write(PNG.photograph(width: 9, height: 9, seed: 1), to: "images/n01440764/a.png")
    let images = try ImageList.read(folder("images"))
    let usage = #expect(throws: Failure.self) {
      try Evaluation.check(.named("clip-vit_b32"), images, classifier: nil)
    }
    #expect(usage?.kind == .usage && usage?.message.contains("'classifier FILE'") == true)
  }

  /// Returns a `.npy` file of version 1, assembled by hand.
  private func npy(_ shape: String, _ values: [Float]) -> [UInt8] {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
      + values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
  }
}
