import Assessment
import Dumps
import Foundation
import Inference
import Layers
import Models
import Recording
import Statistics
import TestSupport
import Testing

/// A precision, with kernels that support it.
struct PrecisionCase: Sendable, CustomTestStringConvertible {
  let options: Plan.Options

  var testDescription: String { "\(options.precision) on \(options.tier)" }

  static let all = Tier.all.filter { $0.name.hasPrefix("amx") }.flatMap { tier in
    Precision.allCases.map { precision in
      var options = Plan.Options()
      (options.tier, options.precision) = (tier, precision)
      return PrecisionCase(options: options)
    }
  }
}

@Suite("Precisions")
struct PrecisionTests {
  @Test("the bytes of a dump do not depend on batch size or threads", arguments: PrecisionCase.all)
  func determinism(_ choice: PrecisionCase) throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 9, in: folder)
    var dumps: [[String: Data]] = []
    for (batchSize, threads) in [(1, 1), (3, 2), (8, 1), (8, 2)] {
      let output = "\(batchSize)-\(threads)"
      var request = try DumpRequest.squeezeNet(images: images, output: folder(output))
      (request.batchSize, request.threads, request.options) = (batchSize, threads, choice.options)
      _ = try Dump(request).run()
      let manifest = try Manifest.read(folder("\(output)/manifest.json"))
      #expect(manifest.precision == choice.options.precision.rawValue)
      #expect(manifest.tier == choice.options.tier.name)
      var files = try folder.files(below: output)
      files["manifest.json"] = nil
      dumps.append(files)
    }
    #expect(dumps[0].count == 5 && dumps.allSatisfy { $0 == dumps[0] })
  }

  @Test(
    "verify applies the error bound of the precision, which the bound of a better one cannot replace",
    arguments: PrecisionCase.all)
  func tolerance(_ choice: PrecisionCase) throws {
    let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/references/squeezenet1_1.safetensors").path
    let model = try Model.named("squeezenet1_1")
    let result = try Verification.run(
      model, weights: .seeded(1), against: Reference(fixture, for: model), options: choice.options)
    let promises: [Precision: Double] = [.fp32: 5e-6, .bf16x3: 1e-4, .bf16: 8e-2]
    let promise = promises[choice.options.precision]
    #expect(result.arrays.allSatisfy { $0.tolerance == promise })
    #expect(result.passes)
    // The error exceeds the bound of the next better precision.
    let worst = result.arrays.map(\.error).max() ?? 0
    if choice.options.precision == .bf16x3 { #expect(worst > 5e-6) }
    if choice.options.precision == .bf16 { #expect(worst > 1e-4) }
  }
}
