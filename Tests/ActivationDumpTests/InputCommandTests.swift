import Foundation
import TestSupport
import Testing

/// Tests of the real program: the images that `dump` and `evaluate` accept, and the estimates of a dry run.
struct InputCommandTests {
  private let layers = ["--layers", "features.3.squeeze", "--threads", "2", "--batch-size", "4"]

  private func dump(_ folder: TemporaryFolder, _ images: String, _ options: String...) throws
    -> Program.Outcome
  {
    try Program.run(
      "dump",
      [
        "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder(images), "--output",
        folder("out"),
      ]
        + layers + options)
  }

  @Test(
    "the memory of a dry run's estimate is not exceeded, even by images that would fill five times as much"
  )
  func memoryHolds() throws {
    let folder = try imageFolder(count: 8)
    for index in 0..<3 {
      // The images would take 676 MB each if they were decoded.
      try folder.write(
        PNG.gray(width: 13_000, height: 13_000, value: 9), to: "images/n01440764/large\(index).png")
    }
    try folder.write(
      PNG.gray(width: 20_000, height: 20_000, value: 9, rows: 9), to: "images/n01440764/bomb.png")
    let preview = try dump(folder, "images", "--dry-run", "--json")
    #expect(preview.status == 0, "\(preview.errors)")
    let estimate = try preview.json()
    let memory = try #require(estimate["memory_bytes"] as? Int)
    #expect(estimate["passes"] as? Int == 1 && memory < 300 << 20)
    let probe = try #require(estimate["probe"] as? [String: Any])
    #expect(try #require(probe["images_per_second"] as? Double) > 0)
    #expect(try #require(estimate["eta_seconds"] as? Double) > 0)
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
    let outcome = try dump(folder, "images", "--on-error", "skip", "--json")
    let summary = try outcome.json()
    #expect(summary["skipped"] as? Int == 1 && summary["images"] as? Int == 11)
    let peak = try #require(summary["peak_resident_bytes"] as? Int)
    #expect(peak < memory, "\(peak) of \(memory)")
    let table = try String(contentsOfFile: folder("out/images.tsv"), encoding: .utf8)
    #expect(table.contains("bomb.png\t0\tskipped: the image claims 20000×20000 pixels"))
  }

  @Test("a dump that would not fit under ulimit exits with 64 and writes nothing; one that fits runs")
  func memoryLimit() throws {
    let folder = try imageFolder(count: 64)
    func run(_ kilobytes: Int, threads: Int) throws -> Program.Outcome {
      try Program.shell(
        "ulimit -v \(kilobytes); exec \"$0\" dump --model squeezenet1_1 --weights seeded:1 --images \"$1\" --output \"$2\""
          + " --layers features.3.squeeze --batch-size 8 --threads \(threads)",
        folder("images"), folder("out"))
    }
    let refused = try run(2_000_000, threads: 40)
    #expect(refused.status == 64 && refused.errors.contains("ulimit -v allows"), "\(refused.errors)")
    #expect(refused.errors.contains("lower --threads or --batch-size"))
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
    let fits = try run(2_000_000, threads: 1)
    #expect(fits.status == 0, "\(fits.errors)")
  }

  @Test("ImageNet's validation set as downloaded is evaluated with the devkit or Kaggle's CSV")
  func validationSet() throws {
    let folder = try TemporaryFolder()
    var files: [(name: String, bytes: [UInt8])] = []
    for index in 1...5 {
      let image = PNG.photograph(width: 40, height: 50, seed: UInt64(index))
      files.append(("ILSVRC2012_val_0000000\(index).JPEG", image))
      try folder.write(image, to: "val/ILSVRC2012_val_0000000\(index).JPEG")
    }
    try folder.write(Tar.archive(files), to: "ILSVRC2012_img_val.tar")
    var predictions: [String] = []
    for (images, labels) in [
      ("val", "devkit"), ("ILSVRC2012_img_val.tar", "LOC_val_solution.csv"),
    ] {
      let outcome = try Program.run(
        "evaluate", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder(images),
        "--labels",
        repositoryFile("Tests/Fixtures/labels/\(labels)"), "--predictions", folder("predictions.tsv"),
        "--json")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try outcome.json()["images"] as? Int == 5)
      let table = try String(contentsOfFile: folder("predictions.tsv"), encoding: .utf8)
      let rows = table.split(separator: "\n").dropFirst().map { $0.split(separator: "\t").map(String.init) }
      #expect(rows.map { $0[2] } == ["278", "1", "0", "999", "1"])
      predictions.append(rows.map { $0[3...].joined(separator: " ") }.joined(separator: "\n"))
    }
    #expect(predictions[0] == predictions[1])
    let refused = try Program.run(
      "evaluate", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("val"))
    #expect(refused.status == 65 && refused.errors.contains("--labels"))
  }

  @Test("shards are given by a pattern, and mistakes have their exit codes")
  func archives() throws {
    let folder = try TemporaryFolder()
    for shard in 0..<3 {
      let image = PNG.photograph(width: 40, height: 50, seed: UInt64(shard))
      try folder.write(
        Tar.archive([("\(shard).png", image), ("\(shard).cls", [55])]), to: "s-00\(shard).tar")
    }
    let outcome = try dump(folder, "s-{000..002}.tar", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let table = try String(contentsOfFile: folder("out/images.tsv"), encoding: .utf8)
    #expect(table.contains("\n1\ts-001.tar/1.png\t7\tok\n"))
    let missing = try dump(folder, "s-{000..003}.tar", "--overwrite")
    #expect(missing.status == 66 && missing.errors.contains("s-003.tar"))
    try folder.write([0x1F, 0x8B, 8], to: "s.tar.gz")
    let packed = try dump(folder, "s.tar.gz", "--overwrite")
    #expect(packed.status == 65 && packed.errors.contains("gunzip"))
  }
}
