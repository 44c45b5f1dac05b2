import Foundation
import TestSupport
import Testing

/// Tests of the commands that read images or references and print results.
struct CommandTests {
  private let reference = repositoryFile("Tests/Fixtures/references/squeezenet1_1.safetensors")

  @Test("verify passes a network that agrees with PyTorch, array by array")
  func verification() throws {
    let outcome = try Program.run(
      "verify", "--model", "squeezenet1_1", "--weights", "seeded:1", "--reference", reference, "--json")
    #expect(outcome.status == 0)
    let document = try outcome.json()
    #expect(document["passes"] as? Bool == true && document["schema"] as? Int == 1)
    let arrays = try #require(document["arrays"] as? [[String: Any]])
    #expect(arrays.count == 27 && arrays.last?["name"] as? String == "logits")
    #expect(arrays.allSatisfy { $0["passes"] as? Bool == true })
  }

  @Test("verify exits with 1 if the network is another, and --bisect names the first layer")
  func disagreement() throws {
    let outcome = try Program.run(
      "verify", "--model", "squeezenet1_1", "--weights", "seeded:2", "--reference", reference, "--bisect")
    #expect(outcome.status == 1)
    #expect(
      outcome.output.contains("the first layer that is off: features.0\n") && outcome.output.contains("OFF"))
    let strict = try Program.run(
      "verify", "--model", "squeezenet1_1", "--weights", "seeded:1", "--reference", reference, "--tolerance",
      "0")
    #expect(strict.status == 1)
  }

  @Test("verify distinguishes a missing reference from a wrong one")
  func references() throws {
    let folder = try TemporaryFolder()
    func status(_ reference: String) throws -> Int32 {
      try Program.run("verify", "--model", "squeezenet1_1", "--weights", "seeded:1", "--reference", reference)
        .status
    }
    #expect(try status(folder("none.safetensors")) == 66)
    #expect(try status(repositoryFile("README.md")) == 65)
    let other = try Program.run(
      "verify", "--model", "resnet50", "--weights", "seeded:1", "--reference", reference)
    #expect(other.status == 65)
  }

  @Test("evaluate prints shares, intervals and the published figure, and writes every answer")
  func evaluation() throws {
    let folder = try imageFolder(count: 6)
    let outcome = try Program.run(
      "evaluate", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"),
      "--predictions",
      folder("answers.tsv"))
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("top-1 ") && outcome.output.contains("95 % interval"))
    // Generated weights are not trained, so by chance their accuracy may be any number.
    #expect(outcome.output.contains("published top-1 58.18 %") && outcome.output.contains("not compared"))
    #expect(!outcome.output.contains("the interval\n"))
    let lines = try String(contentsOfFile: folder("answers.tsv"), encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 7 && lines[1].split(separator: "\t").count == 8)
    let document = try Program.run(
      "evaluate", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"),
      "--limit", "2",
      "--json"
    ).json()
    #expect(document["images"] as? Int == 2)
    #expect((document["top1"] as? [String: Any])?["trials"] as? Int == 2)
    #expect((document["published"] as? [String: Any])?["verdict"] as? String == "generated_weights")
  }

  @Test("evaluate requires synsets, and a classifier for CLIP")
  func evaluationErrors() throws {
    let folder = try imageFolder(count: 2, classes: ["cats", "dogs"])
    let names = try Program.run(
      "evaluate", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"))
    #expect(names.status == 65 && names.errors.contains("cats, dogs"))
    let clip = try Program.run(
      "evaluate", "--model", "clip-vit_b32", "--weights", "seeded:1", "--images", folder("images"))
    #expect(clip.status == 64 && clip.errors.contains("--classifier"))
  }

  @Test("predict prints five classes per image")
  func prediction() throws {
    let folder = try imageFolder(count: 2)
    let (a, b) = (folder("images/n01440764/0.png"), folder("images/n01443537/1.png"))
    let text = try Program.run("predict", "--model", "squeezenet1_1", "--weights", "seeded:1", a, b)
    #expect(text.status == 0 && text.output.split(separator: "\n").count == 12 && text.output.hasPrefix(a))
    let document = try Program.run(
      "predict", "--model", "squeezenet1_1", "--weights", "seeded:1", "--json", a
    ).json()
    let images = try #require(document["images"] as? [[String: Any]])
    let predictions = try #require(images[0]["predictions"] as? [[String: Any]])
    let probabilities = predictions.compactMap { $0["probability"] as? Double }
    #expect(probabilities.count == 5 && probabilities == probabilities.sorted(by: >))
    #expect(probabilities.reduce(0, +) <= 1 && probabilities[0] > 0)
    let missing = try Program.run(
      "predict", "--model", "squeezenet1_1", "--weights", "seeded:1", folder("none.png"))
    #expect(missing.status == 66 && missing.errors.contains("none.png"))
  }

  @Test("a precision that the kernels do not support is a usage error that names an alternative")
  func precision() throws {
    let outcome = try Program.run(
      "predict", "--model", "squeezenet1_1", "--weights", "seeded:1", "--tier", "scalar", "--precision",
      "bf16",
      "none.png")
    #expect(outcome.status == 64 && outcome.errors.contains("--precision fp32"))
  }

  @Test("bench prints the figures of the contract")
  func benchmark() throws {
    let outcome = try Program.run(
      "bench", "--model", "squeezenet1_1", "--weights", "seeded:1", "--seconds", "0.05", "--runs", "2",
      "--batch-size",
      "2", "--threads", "1", "--taps", "relevant", "--tier", "scalar", "--json")
    #expect(outcome.status == 0)
    let document = try outcome.json()
    for key in ["gflops", "fraction_of_peak", "peak_resident_bytes"] {
      #expect(try #require(document[key] as? Double) > 0)
    }
    #expect(document["tier"] as? String == "scalar" && document["taps"] as? String == "relevant")
    #expect(document["threads"] as? Int == 1 && document["batch_size"] as? Int == 2)
    let rates = try #require(document["images_per_second"] as? [String: Any])
    #expect(rates.keys.sorted() == ["best", "median", "runs", "worst"])
    let peak = try #require(document["peak"] as? [String: Any])
    #expect(peak.keys.sorted() == ["amx_gflops", "bandwidth_gbs", "fma_gflops"])
    #expect(peak["fma_gflops"] is Double && peak["bandwidth_gbs"] is Double)
    #expect(peak["amx_gflops"] is NSNull && document["layers"] == nil)
  }

  @Test("bench --layers adds every layer, in JSON and as a table with one line per kind")
  func layerBenchmark() throws {
    let arguments = [
      "bench", "--model", "squeezenet1_1", "--weights", "seeded:1", "--seconds", "0.02", "--runs", "1",
      "--batch-size", "1", "--threads", "2", "--taps", "relevant", "--layers",
    ]
    let document = try Program.run(arguments + ["--json"]).json()
    let layers = try #require(document["layers"] as? [[String: Any]])
    let keys = ["fraction_of_roofline", "gbs", "gflops", "kernel", "kind", "ms", "name", "shape"]
    #expect(layers.allSatisfy { $0.keys.sorted() == keys })
    #expect(layers.first?["name"] as? String == "features.0 + 1")
    #expect(layers.first?["shape"] as? [Int] == [64, 111, 111])
    #expect(layers.last?["kind"] as? String == "means")
    #expect(document["layer_coverage"] is Double)
    let table = try Program.run(arguments)
    #expect(table.status == 0 && table.output.contains("\nfeatures.0 + 1  "))
    #expect(table.output.contains("\nconvolution 1×1  ") && table.output.contains("\nmax-pool  "))
    #expect(table.output.contains("\n\(layers.count) layers take "))
  }

  @Test("--explain prints the plan with the fused operations and runs nothing")
  func explanation() throws {
    let folder = try TemporaryFolder()
    let network = ["--model", "squeezenet1_1", "--weights", "seeded:1", "--explain"]
    let plain = try Program.run(["bench"] + network)
    let recording = try Program.run(
      ["dump", "--images", folder("none"), "--output", folder("out")] + network)
    for outcome in [plain, recording] {
      #expect(outcome.status == 0 && outcome.output.contains("  features.0 + 1  "))
      #expect(
        outcome.output.contains("convolution 3×3/2") && outcome.output.contains("3×224×224 → 64×111×111"))
      #expect(outcome.output.contains("scale-shift, relu"))
    }
    #expect(plain.output.contains("nothing is recorded") && !plain.output.contains("sums of"))
    #expect(recording.output.contains("scale-shift, relu, sums of raw"))
    #expect(recording.output.contains("recorded: 26 layers") && recording.output.contains(" 0 passes"))
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
    #expect(try Program.run(["bench", "--json"] + network).status == 64)
  }
}
