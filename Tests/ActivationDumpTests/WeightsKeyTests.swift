import Foundation
import TestSupport
import Testing

/// Tests of `--weights-key`: the set of weights that a command takes, reports and records.
struct WeightsKeyTests {
  private let file = repositoryFile("Tests/Fixtures/checkpoints/training/timm.pth.tar")

  @Test("inspect lists the keys with the networks that fit, and the contents of a key")
  func inspect() throws {
    let keys = try #require(
      try Program.run("weights", "inspect", file, "--json").json()["keys"] as? [[String: Any]])
    #expect(keys.map { $0["key"] as? String } == ["state_dict", "state_dict_ema"])
    for key in keys {
      #expect(key["tensors"] as? Int == 52)
      #expect((key["networks"] as? [String])?.contains("squeezenet1_1") == true)
    }
    let table = try Program.run("weights", "inspect", file, "--weights-key", "state_dict_ema")
    #expect(table.output.contains("# key state_dict_ema: 52 tensors, the parameters of squeezenet1_1"))
    #expect(try Program.run("weights", "inspect", file, "--weights-key", "none").status == 65)
  }

  @Test("convert and verify accept the key, and report the other set")
  func convert() throws {
    let folder = try TemporaryFolder()
    let output = folder("ema.safetensors")
    let converted = try Program.run(
      "weights", "convert", file, output, "--model", "squeezenet1_1", "--weights-key", "state_dict_ema",
      "--json")
    #expect(converted.status == 0, "\(converted.errors)")
    #expect(
      try converted.json()["sourceKey"] as? String ?? converted.json()["source_key"] as? String
        == "state_dict_ema")
    let verified = try Program.run("weights", "verify", file, "--model", "squeezenet1_1")
    #expect(verified.output.contains("under the key 'state_dict'"))
    #expect(verified.output.contains("others fit, too: state_dict_ema"))
    let unknown = try Program.run(
      "weights", "convert", file, folder("x"), "--model", "squeezenet1_1", "--weights-key", "state_dict_emma")
    #expect(unknown.status == 65 && unknown.errors.contains("state_dict_ema"))
  }

  @Test("dump reports the set that it took, records the key, and resumes with no other key")
  func dump() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(PNG.photograph(width: 40, height: 50, seed: 1), to: "images/n01440764/1.png")
    func dump(_ options: String...) throws -> Program.Outcome {
      try Program.run(
        [
          "dump", "--model", "squeezenet1_1", "--weights", file, "--images", folder("images"), "--output",
          folder("out"),
        ]
          + options)
    }
    let first = try dump()
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.contains("2 sets of weights that fit; taken: 'state_dict', not 'state_dict_ema'"))
    let path = folder("out/manifest.json")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("\"key\" : \"state_dict\"") || text.contains("\"key\": \"state_dict\""))
    #expect(try dump("--resume").status == 0)
    let other = try dump("--resume", "--weights-key", "state_dict_ema")
    #expect(other.status == 65 && other.errors.contains("weights of the key state_dict, not state_dict_ema"))
    // An old manifest has no key, which means the weights of the network itself.
    let lines = text.split(separator: "\n").filter { !$0.contains("\"key\"") }.joined(separator: "\n")
    try lines.replacing(/,(\s*)}/, with: { "\($0.output.1)}" }).write(
      toFile: path, atomically: true, encoding: .utf8)
    #expect(try dump("--resume").status == 0)
    #expect(try dump("--resume", "--weights-key", "state_dict_ema").status == 65)
    #expect(try dump("--overwrite", "--weights-key", "state_dict_ema").status == 0)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("state_dict_ema"))
  }
}
