import ArgumentParser
import Assessment
import Foundation
import Inference
import Models
import Statistics

/// `verify`: a network compared with the results of another implementation.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compare a network with a reference made by PyTorch.",
    discussion: """
      REFERENCE is a safetensors or npz file with 'input' [N, 3, H, W], 'logits' [N, outputs] and any 'tap/LAYER' \
      [N, units], means over positions; Weights/reference.py writes one. In place of 'input' its metadata may say how \
      to generate it (input = seeded:S, input_shape). The error of an array is its largest difference over the RMS of \
      the reference. It passes up to --tolerance; by default up to four times the error that the reference records of \
      PyTorch's own float32, and 5e-6 where that is larger; 1e-4 for a reference that records none. With --precision \
      bf16x3 it is at least 1e-4, with bf16 8e-2.
      """)

  @OptionGroup var network: ModelOptions

  @Option(help: "The file to compare with.")
  var reference: String

  @Option(help: "The largest error that passes, over the RMS of each array.")
  var tolerance: Double?

  @Flag(help: "Name the first layer, in order of execution, that is off.")
  var bisect = false

  @OptionGroup var work: WorkOptions

  @OptionGroup var results: ReportOptions

  func validate() throws {
    if let tolerance, !(tolerance >= 0) { throw ValidationError("--tolerance has to be a number from 0") }
  }

  func run() throws {
    let identity = try network.identifiedWeights()
    let model = identity.model
    let reference = try Reference(reference, for: model)
    let verification = try Verification.run(
      identity, against: reference, tolerance: tolerance,
      options: network.arithmetic.planOptions(), batchSize: work.batchSize, threads: work.resolvedThreads)
    try results.print(Listing(verification, model: model.identifier)) { report(verification, reference) }
    guard verification.passes else { throw ExitStatus.checkFailed.error }
  }

  private func report(_ verification: Verification, _ reference: Reference) {
    Console.table(
      ["array", "error/RMS", "max error", "image", "unit", "value", "reference", "cosine", "arg-max", ""],
      verification.arrays.map { array in
        [
          array.name, String(format: "%.2e", array.error), String(format: "%.2e", array.maximumDifference),
          String(array.image), String(array.unit), String(format: "%.7g", array.value),
          String(format: "%.7g", array.reference), String(format: "%.9f", array.cosine),
          "\(array.argmaxAgreements)/\(verification.images)", array.passes ? "" : "OFF",
        ]
      }, right: [1, 2, 3, 4, 5, 6, 7, 8])
    let off = verification.arrays.count { !$0.passes }
    let tolerances = Set(verification.arrays.map(\.tolerance)).sorted()
    var limits: [String] = []
    for limit in tolerances.map({ String(format: "%.1e", $0) }) where limits.last != limit {
      limits.append(limit)
    }
    Console.result(
      off == 0
        ? "all \(verification.arrays.count) arrays are within \(limits.joined(separator: " and ")) over \(verification.images) images"
        : "\(off) of \(verification.arrays.count) arrays are off by more than \(limits.joined(separator: " and "))"
    )
    guard bisect else { return }
    Console.result(
      verification.firstOff.map { "the first layer that is off: \($0)" } ?? "no layer is off")
  }

  private struct Listing: Encodable {
    let model: String, images: Int, passes: Bool, firstOff: String?, arrays: [Row]

    struct Row: Encodable {
      let comparison: ArrayComparison
      enum Keys: CodingKey { case passes }
      func encode(to encoder: any Encoder) throws {
        try comparison.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(comparison.passes, forKey: .passes)
      }
    }

    init(_ verification: Verification, model: String) {
      self.model = model
      (images, passes, firstOff) = (verification.images, verification.passes, verification.firstOff)
      arrays = verification.arrays.map { Row(comparison: $0) }
    }
  }
}
