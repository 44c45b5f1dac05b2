import Checkpoints
import Foundation
import Layers
import Models
import TestSupport
import Testing

/// Tests of the real program on file systems that lack features or fail, and with unusual output names.
struct FileSystemTests {
  private static let enodev = "19", eacces = "13", eio = "5", enosys = "38", enolck = "37", eagain = "11"

  /// Runs the program while calls on files below `folder` fail.
  private func run(
    _ arguments: [String], below folder: String, _ refused: [String: String]
  ) throws -> Program.Outcome {
    let environment = ["LD_PRELOAD": try FaultLibrary.refusing.get(), "REFUSE_FOLDER": folder]
    return try Program.run(
      arguments[0], Array(arguments.dropFirst()), environment: environment.merging(refused) { $1 })
  }

  @Test(
    "weights and arrays that cannot be memory-mapped are read",
    arguments: [enodev, eacces, "22", enosys, "95"])
  func unmapped(code: String) throws {
    let test = try FaultCase(images: 9)
    let weights = test.folder("weights/a.safetensors")
    try FileManager.default.createDirectory(atPath: test.folder("weights"), withIntermediateDirectories: true)
    let parameters = try Model.named("squeezenet1_1").graph().parameters
    try SafetensorsWriter.write(SeededWeights(seed: 1, parameters: parameters), to: weights)
    func logits(_ name: String, _ refused: [String: String]) throws -> Data {
      let arguments = test.arguments(name).map { $0 == "seeded:1" ? weights : $0 }
      let outcome = try run(["dump"] + arguments, below: test.folder("weights"), refused)
      #expect(outcome.status == 0, "\(code): \(outcome.errors)")
      return try Data(contentsOf: URL(fileURLWithPath: test.folder("\(name)/logits.npy")))
    }
    #expect(try logits("read", ["REFUSE_MMAP": code]) == logits("mapped", [:]))
    let listed = try ["REFUSE_MMAP", "NOTHING"].map {
      try run(["units", "list", "--dump", test.folder("whole")], below: test.folder("whole"), [$0: code])
        .output
    }
    #expect(listed[0] == listed[1] && !listed[0].isEmpty)
  }

  @Test("an input that cannot be opened or read exits with 66 and a sentence that names it")
  func unreadable() throws {
    let folder = try imageFolder(count: 4)
    let recording = ["--model", "squeezenet1_1", "--weights", "seeded:1", "--layers", "features.0"]
    for shard in ["0/2", "1/2"] {
      let arguments = [
        "--images", folder("images"), "--output", folder("parts/\(shard.prefix(1))"), "--shard", shard,
      ]
      #expect(try Program.run("dump", recording + arguments).status == 0)
    }
    #expect(try Program.run("merge", folder("parts"), "--output", folder("dump")).status == 0)
    let checkpoint = folder("a.safetensors")
    try FileManager.default.copyItem(
      atPath: repositoryFile("Tests/Fixtures/checkpoints/dense.safetensors"), toPath: checkpoint)
    let list = try folder.write("images/n01440764/0.png\n".utf8, to: "list.txt")
    let units = try folder.write("features_0__3\n".utf8, to: "units.txt")
    let archive = try folder.write([UInt8](repeating: 0, count: 1024), to: "a.tar")
    let image = folder("images/n01440764/0.png")
    let out = ["--output", folder("out")]
    for (file, command) in [
      (checkpoint, ["weights", "inspect", checkpoint]),
      (checkpoint, ["weights", "convert", checkpoint, folder("b.safetensors")]),
      (
        checkpoint,
        ["verify", "--model", "squeezenet1_1", "--weights", "seeded:1", "--reference", checkpoint]
      ),
      (
        checkpoint,
        [
          "evaluate", "--model", "clip-vit_b32", "--weights", "seeded:1", "--images", folder("images"),
          "--classifier", checkpoint,
        ]
      ),
      (list, ["dump"] + recording + ["--images", list] + out),
      (archive, ["dump"] + recording + ["--images", archive] + out),
      (image, ["dump"] + recording + ["--images", folder("images")] + out + ["--overwrite"]),
      (image, ["predict", "--model", "squeezenet1_1", "--weights", "seeded:1", image]),
      (units, ["units", "sample", "--model", "squeezenet1_1", "--count", "3", "--blacklist", units]),
      (folder("dump/manifest.json"), ["inspect", folder("dump")]),
      (folder("dump/manifest.json"), ["report", folder("dump")] + out),
      (folder("dump/images.tsv"), ["report", folder("dump")] + out),
      (folder("dump/logits.npy"), ["check", folder("dump")]),
      (folder("dump/activations/features.0.npy"), ["units", "list", "--dump", folder("dump")]),
      (folder("parts/0/logits.npy"), ["merge", folder("parts")] + out),
      (folder("parts/1/images.tsv"), ["merge", folder("parts")] + out),
    ] {
      for refused in [
        ["REFUSE_OPEN": Self.eacces], ["REFUSE_READ": Self.eio, "REFUSE_MMAP": Self.enodev],
      ] {
        try? FileManager.default.removeItem(atPath: folder("out"))
        let outcome = try run(command, below: file, refused)
        #expect(outcome.status == 66, "\(command) \(refused): \(outcome.status) \(outcome.errors)")
        #expect(isOneSentence(outcome.errors) && outcome.errors.contains(file), "\(outcome.errors)")
      }
    }
    let folders = try Program.run("weights", "inspect", folder("images"))
    #expect(folders.status == 66, "\(folders.errors)")
  }

  @Test("a memory-mapped file that is truncated while it is read exits with 66 and a sentence, not a crash")
  func cut() throws {
    let folder = try TemporaryFolder()
    let weights = try folder.write(
      Data(contentsOf: URL(fileURLWithPath: repositoryFile("Tests/Fixtures/checkpoints/dense.safetensors"))),
      to: "w/a.safetensors")
    let outcome = try run(["weights", "inspect", weights], below: folder("w"), ["REFUSE_CUT": "1"])
    #expect(outcome.status == 66 && isOneSentence(outcome.errors) && outcome.errors.contains(weights))
  }

  @Test("an unreadable journal does not start a new recording")
  func journal() throws {
    let test = try FaultCase(images: 64)
    let stopped = try Program.run("dump", test.arguments("out")) { process in
      while !FileManager.default.fileExists(atPath: test.folder("out/journal.tsv")) && process.isRunning {
        usleep(500)
      }
      process.terminate()
    }
    guard stopped.status == 75 else { return }  // the run had already ended
    let before = try Data(contentsOf: URL(fileURLWithPath: test.folder("out/journal.tsv")))
    for command in [
      ["dump"] + test.arguments("out"), ["check", test.folder("out")], ["inspect", test.folder("out")],
    ] {
      let outcome = try run(command, below: test.folder("out/journal.tsv"), ["REFUSE_READ": Self.eio])
      #expect(outcome.status == 66 && isOneSentence(outcome.errors), "\(outcome.errors)")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: test.folder("out/journal.tsv"))) == before)
    try test.expectToEndWell("out", "a journal that could not be read")
  }

  @Test("if one kind of lock is missing the other is used, and if both are missing, a note says so")
  func locks() throws {
    let test = try FaultCase(images: 9)
    let address = "http://127.0.0.1:9/x"
    for (refused, fetches, note) in [
      (["REFUSE_FLOCK": Self.enosys], 75, false), (["REFUSE_FLOCK": Self.enolck], 75, false),
      (["REFUSE_FLOCK": Self.enosys, "REFUSE_FCNTL": Self.enosys], 75, true),
      (["REFUSE_FLOCK": Self.enolck, "REFUSE_FCNTL": "95"], 75, true),
      (["REFUSE_FLOCK": Self.eagain], 73, false),
      (["REFUSE_FLOCK": Self.enosys, "REFUSE_FCNTL": Self.eagain], 73, false),
    ] as [([String: String], Int32, Bool)] {
      let fetch = try run(
        ["weights", "fetch", "squeezenet1_1", "--weights-dir", test.folder("w"), "--url", address],
        below: test.folder("w"), refused)
      #expect(fetch.status == fetches && fetch.errors.contains("cannot be locked") == note, "\(fetch.errors)")
      #expect(fetch.errors.contains("another fetch") == (fetches == 73))
      let dump = try run(["dump"] + test.arguments("out"), below: test.folder("out"), refused)
      #expect(dump.status == (fetches == 73 ? 73 : 0), "\(dump.errors)")
      #expect(dump.errors.contains("cannot be locked") == note, "\(refused): \(dump.errors)")
      try? FileManager.default.removeItem(atPath: test.folder("out"))
    }
  }

  @Test(
    "every file and folder has the permissions that the umask allows", arguments: ["002", "000", "027"],
    FaultCase.kinds)
  func mask(mask: String, kind: [String]) throws {
    let test = try FaultCase(images: 9, options: kind)
    let limit = try #require(Int(mask, radix: 8))
    let files = 0o666 & ~limit, folders = 0o777 & ~limit
    // The run is killed in the middle, so that the working files of an incomplete dump exist, too.
    let library = try FaultLibrary.failing.get()
    let commands = [
      "umask \(mask); LD_PRELOAD='\(library)' FAULT_FOLDER=\"$1\" FAULT_AT=40 FAULT_HOW=28 \"$0\" dump \(test.words("out"))",
      "umask \(mask); \"$0\" dump \(test.words("out")) && \"$0\" report \"$1\" --output \"$1/../atlas\"",
    ]
    for command in commands {
      _ = try Program.shell(command, test.folder("out"))
      for place in ["out", "atlas"] {
        for item in try FileManager.default.subpathsOfDirectory(atPath: test.folder(place)) {
          var status = stat()
          #expect(stat("\(test.folder(place))/\(item)", &status) == 0)
          let isFolder = status.st_mode & S_IFMT == S_IFDIR
          #expect(Int(status.st_mode & 0o777) == (isFolder ? folders : files), "\(place)/\(item)")
        }
        if command == commands[0] { break }
      }
    }
    #expect(try test.files("out") == test.whole)
  }
}
