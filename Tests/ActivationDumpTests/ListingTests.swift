import Foundation
import TestSupport
import Testing

struct ListingTests {
  @Test("models prints fourteen networks, as a table and as JSON")
  func models() throws {
    let table = try Program.run("models")
    #expect(table.status == 0 && table.errors.isEmpty)
    let lines = table.output.split(separator: "\n")
    #expect(lines.count { $0.prefix { $0 != " " }.contains { $0.isLetter } } == 15 + 15)
    let document = try Program.run("models", "--json").json()
    #expect(document["schema"] as? Int == 1)
    let models = try #require(document["models"] as? [[String: Any]])
    #expect(models.count == 14)
    let meanings = try models.map { try #require($0["means"] as? String) }
    // The table wraps its words to the width of a screen.
    let words = table.output.split { $0.isWhitespace }.joined(separator: " ")
    #expect(meanings.allSatisfy { !$0.isEmpty && words.contains($0) })
    let resNet = try #require(models.first { $0["identifier"] as? String == "resnet50" })
    #expect(resNet["parameters"] as? Int == 25_557_032)
    #expect(resNet["relevant_layers"] as? Int == 112 && resNet["units"] as? Int == 60_416)
    #expect(resNet["weights_present"] as? Bool == false)
  }

  @Test("models finds the weights in the folder given by option or by environment")
  func presence() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "resnet50-0676ba61.pth")
    for outcome in [
      try Program.run("models", "--json", "--weights-dir", folder.path),
      try Program.run("models", "--json", environment: ["ACTIVATION_DUMP_WEIGHTS": folder.path]),
    ] {
      let models = try #require(try outcome.json()["models"] as? [[String: Any]])
      #expect(
        models.filter { $0["weights_present"] as? Bool == true }.map { $0["identifier"] as? String } == [
          "resnet50"
        ])
    }
  }

  @Test("layers prints both spellings; --relevant prints the study's layers in its order")
  func layers() throws {
    let document = try Program.run("layers", "clip-resnet50", "--relevant", "--json").json()
    let layers = try #require(document["layers"] as? [[String: Any]])
    #expect(layers.count == 112)
    #expect(layers[0]["name"] as? String == "visual.layer1.0.conv1")
    #expect(layers[0]["study_name"] as? String == "visual_layer1_0_conv1")
    #expect(layers[0]["shape"] as? [Int] == [64, 56, 56] && layers[0]["units"] as? Int == 64)
    let table = try Program.run("layers", "squeezenet1_1")
    #expect(table.status == 0 && table.output.contains("features.3.squeeze  "))
  }

  @Test("help and version are results; an invalid command line is a usage error")
  func usage() throws {
    let help = try Program.run("--help")
    #expect(help.status == 0 && help.output.contains("dump") && help.errors.isEmpty)
    let version = try Program.run("--version")
    #expect(version.status == 0)
    // Packages take theirs from here.
    let script = try Program.tool(repositoryFile("scripts/version.sh"), [], environment: [:])
    #expect(script.status == 0 && script.output == version.output)
    for outcome in [
      try Program.run("frobnicate"), try Program.run("dump"), try Program.run("layers"),
      try Program.run("layers", "resnet5"), try Program.run("models", "--frobnicate"),
    ] {
      #expect(outcome.status == 64 && outcome.output.isEmpty && !outcome.errors.isEmpty)
    }
    #expect(try Program.run("layers", "resnet5").errors.contains("resnet50"))
  }
}
