import Foundation
import TestSupport
import Testing

struct DumpCommandTests {
  private func dump(_ folder: TemporaryFolder, _ options: String...) throws -> Program.Outcome {
    let words = ["--model", "squeezenet1_1", "--weights", "seeded:1", "--output", folder("out")] + options
    return try Program.shell("exec \"$0\" dump " + words.map { "'\($0)'" }.joined(separator: " "))
  }

  @Test("a dump writes arrays, announces generated weights and ends with one document")
  func success() throws {
    let folder = try imageFolder(count: 5)
    let outcome = try dump(
      folder, "--images", folder("images"), "--json", "--layers", "features.*.squeeze,classifier_1")
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("generated weights"))
    let document = try outcome.json()
    #expect(
      document["schema"] as? Int == 1 && document["images"] as? Int == 5 && document["skipped"] as? Int == 0)
    #expect(document["output"] as? String == folder("out"))
    let stages = try #require(document["stages"] as? [String: Double])
    #expect(stages.keys.sorted() == ["decode", "forward", "preprocess", "write"])
    for key in ["seconds", "images_per_second", "peak_resident_bytes"] {
      #expect(try #require(document[key] as? Double) > 0)
    }
    let files = try folder.files(below: "out")
    #expect(files.count == 9 + 3 && files["activations/features.3.squeeze.npy"]?.count == 128 + 4 * 5 * 16)
  }

  @Test("a dry run prints an estimate and writes nothing")
  func dryRun() throws {
    let folder = try imageFolder(count: 3)
    let outcome = try dump(folder, "--images", folder("images"), "--dry-run", "--json")
    let document = try outcome.json()
    #expect(outcome.status == 0 && document["dry_run"] as? Bool == true)
    #expect(document["images"] as? Int == 3 && document["units"] as? Int == 3944)
    #expect(document["bytes"] as? Int == 3 * 4 * (3944 + 1000))
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
  }

  @Test("an occupied output exits with 73, and --overwrite replaces it")
  func overwriting() throws {
    let folder = try imageFolder(count: 1)
    #expect(try dump(folder, "--images", folder("images"), "--layers", "features.0").status == 0)
    let refused = try dump(folder, "--images", folder("images"))
    #expect(refused.status == 73 && refused.errors.contains("--overwrite"))
    #expect(
      try dump(folder, "--images", folder("images"), "--layers", "features.0", "--overwrite").status == 0)
  }

  @Test("an output below a file cannot be created and exits with 73")
  func unwritable() throws {
    let folder = try imageFolder(count: 1)
    try folder.write("x".utf8, to: "file")
    let outcome = try Program.run(
      "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
      folder("file/out"))
    #expect(outcome.status == 73 && outcome.errors.contains(folder("file/out")))
  }

  @Test("a failed write exits with 74, and the manifest does not say complete")
  func failedWrite() throws {
    let folder = try imageFolder(count: 40)
    // The limit is 64 blocks of 512 bytes, less than the arrays need.
    let outcome = try Program.shell(
      "ulimit -f 64; exec \"$0\" dump --model squeezenet1_1 --weights seeded:1 --images \"$1\" --output \"$2\"",
      folder("images"), folder("out"))
    #expect(outcome.status == 74 && outcome.errors.contains("error: "))
    let manifest = try #require(try folder.files(below: "out")["manifest.json"])
    #expect(!String(decoding: manifest, as: UTF8.self).contains("\"complete\""))
  }

  @Test("a missing input exits with 66 and a sentence that says what to do")
  func missing() throws {
    let folder = try imageFolder(count: 1)
    let images = try dump(folder, "--images", folder("nowhere"))
    #expect(images.status == 66 && images.errors.contains(folder("nowhere")))
    let weights = try Program.run(
      "dump", "--model", "resnet50", "--images", folder("images"), "--output", folder("out"))
    #expect(weights.status == 66 && weights.errors.contains("weights fetch resnet50"))
    let file = try Program.run(
      "dump", "--model", "resnet50", "--weights", folder("w.pth"), "--images", folder("images"), "--output",
      folder("out"))
    #expect(file.status == 66 && file.errors.contains(folder("w.pth")))
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
  }

  @Test("bad layers, units, images and weights exit with 65 and are named")
  func badData() throws {
    let folder = try imageFolder(count: 2)
    let layer = try dump(folder, "--images", folder("images"), "--layers", "features.3.squeezed")
    #expect(layer.status == 65 && layer.errors.contains("features.3.squeeze"))
    try folder.write("features_3_squeeze__16\n".utf8, to: "units.txt")
    let unit = try dump(folder, "--images", folder("images"), "--units", folder("units.txt"))
    #expect(unit.status == 65 && unit.errors.contains("0 to 15"))
    try folder.write("junk".utf8, to: "junk.pth")
    let weights = try Program.run(
      "dump", "--model", "squeezenet1_1", "--weights", folder("junk.pth"), "--images", folder("images"),
      "--output",
      folder("out"))
    #expect(weights.status == 65 && weights.errors.contains("junk.pth"))
    try folder.write("junk".utf8, to: "images/n01440764/junk.png")
    let image = try dump(folder, "--images", folder("images"))
    #expect(image.status == 65 && image.errors.contains("junk.png"))
  }

  @Test("skipped images are counted and the dump completes")
  func skipping() throws {
    let folder = try imageFolder(count: 2)
    try folder.write("junk".utf8, to: "images/n01440764/junk.png")
    let outcome = try dump(folder, "--images", folder("images"), "--on-error", "skip", "--json")
    #expect(outcome.status == 0)
    #expect(try outcome.json()["skipped"] as? Int == 1)
  }

  @Test(
    "contradicting and invalid settings are usage errors",
    arguments: [
      ["--layers", "all", "--units", "x"], ["--batch-size", "0"], ["--threads", "0"], ["--limit", "0"],
      ["--reduce", "median"], ["--on-error", "panic"], ["--tier", "abacus"], ["--precision", "fp7"],
      ["--weights", "seeded:x"],
    ])
  func usage(options: [String]) throws {
    let folder = try imageFolder(count: 1)
    var words = ["--model", "squeezenet1_1", "--images", folder("images"), "--output", folder("out")]
    if options[0] != "--weights" { words += ["--weights", "seeded:1"] }
    let line = (words + options).map { "'\($0)'" }.joined(separator: " ")
    let outcome = try Program.shell("exec \"$0\" dump \(line)")
    #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
  }

  @Test("Ctrl-C keeps the finished rows, reports the progress and exits with 130")
  func interruption() throws {
    let folder = try imageFolder(count: 1)
    for index in 0..<1600 {
      try FileManager.default.createSymbolicLink(
        atPath: folder("images/n01440764/link\(index).png"),
        withDestinationPath: folder("images/n01440764/0.png"))
    }
    let outcome = try Program.run(
      "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
      folder("out"), "--limit", "1600", "--threads", "1"
    ) { process in
      // The signal is sent as soon as the first of the 200 rows are written.
      let file = folder("out/activations/classifier.1.npy")
      let deadline = Date(timeIntervalSinceNow: 120)
      while Date() < deadline && process.isRunning {
        let start = FileHandle(forReadingAtPath: file)?.readData(ofLength: 256) ?? Data()
        if start.dropFirst(128).contains(where: { $0 != 0 }) { break }
        usleep(5_000)
      }
      kill(process.processIdentifier, SIGINT)
    }
    #expect(outcome.status == 130 && outcome.errors.contains("interrupted: "))
    let files = try folder.files(below: "out")
    let data = try #require(files["manifest.json"])
    let manifest = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(manifest["state"] as? String == "interrupted")
    let ranges = try #require(manifest["rows_done"] as? [[Int]])
    let done = ranges.reduce(0) { $0 + $1[1] - $1[0] }
    #expect(done > 0 && done < 1600)
    let table = String(decoding: try #require(files["images.tsv"]), as: UTF8.self)
    #expect(table.split(separator: "\n").count { $0.hasSuffix("\tok") } == done)
  }

  @Test("a terminal shows a bar, in colour unless NO_COLOR is set", arguments: [true, false])
  func bar(color: Bool) throws {
    let script = "/usr/bin/script"
    // Containers may have no pseudo-terminals.
    let found = [script, "/dev/pts/ptmx"].allSatisfy { FileManager.default.fileExists(atPath: $0) }
    guard found else { return }
    let folder = try imageFolder(count: 30)
    let outcome = try Program.shell(
      """
      exec \(script) -qec "'$0' dump --model squeezenet1_1 --weights seeded:1 --threads 1 --images '$1' --output '$2'" \
      /dev/null
      """, folder("images"), folder("out"),
      environment: ["TERM": "xterm", "NO_COLOR": color ? "" : "1"])
    #expect(outcome.status == 0 && outcome.output.contains("of 30 images ("))
    #expect(outcome.output.contains("\u{1B}[32m") == color)
  }
}
