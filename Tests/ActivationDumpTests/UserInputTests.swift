import Foundation
import TestSupport
import Testing

/// Tests of unusual inputs: pipes, folders whose names are not UTF-8, images that cannot be read.
struct UserInputTests {
  private let folder: TemporaryFolder
  init() throws { folder = try imageFolder(count: 4) }

  private let dump = "dump --model squeezenet1_1 --weights seeded:1 --layers features.3.squeeze --threads 2"

  /// Runs shell commands in the folder; `"$0"` is the program.
  private func shell(_ command: String, environment: [String: String] = [:]) throws -> Program.Outcome {
    try Program.shell("cd \"$1\" || exit 99\n" + command, folder.path, environment: environment)
  }

  private func table(_ output: String) throws -> String {
    try String(contentsOfFile: folder("\(output)/images.tsv"), encoding: .utf8)
  }

  @Test(
    "a list is read from a pipe or standard input, with paths from the working directory, and its images are found again"
  )
  func pipes() throws {
    let file = try shell("ls -d images/*/* > list && \"$0\" \(dump) --images list --output a")
    #expect(file.status == 0, "\(file.errors)")
    let pipe = try shell("mkfifo p && { ls -d images/*/* > p & } && \"$0\" \(dump) --images p --output b")
    #expect(pipe.status == 0, "\(pipe.errors)")
    let input = try shell("ls -d images/*/* | \"$0\" \(dump) --images - --output c")
    #expect(input.status == 0, "\(input.errors)")
    for output in ["b", "c"] {
      #expect(try table(output) == table("a"))
      let atlas = try Program.run("report", folder(output), "--output", folder("\(output).atlas"))
      #expect(atlas.status == 0 && !atlas.errors.contains("could not be found"), "\(atlas.errors)")
    }
    let socketless = try shell("\"$0\" \(dump) --images /dev/null --output d")
    #expect(socketless.status == 66 && socketless.errors.contains("lists no images"))
    let packed = try shell("tar cf - images | \"$0\" \(dump) --images - --output d")
    #expect(packed.status == 65 && packed.errors.contains("looks like a tar file"), "\(packed.errors)")
  }

  @Test("a folder whose name is not UTF-8 can hold images, lists, units, weights and outputs")
  func latin() throws {
    let command = """
      exec >/dev/null
      L=$(printf 'caf\\351'); mkdir "$L" && mv images "$L/i" || exit 98
      printf 'features_3_squeeze__3\\n' > "$L/units"; printf 'i/n01440764/0.png\\ni/n01440764/2.png\\n' > "$L/list"
      "$0" \(dump) --images "$L/i" --output "$L/out" && "$0" check "$L/out" && "$0" inspect "$L/out" >/dev/null &&
      "$0" report "$L/out" --output "$L/atlas" &&
      (cd "$L/i" && "$0" \(dump) --images . --output ../here && "$0" report ../here --output ../here.atlas) &&
      "$0" \(dump) --images "$L/list" --output "$L/listed" && "$0" report "$L/listed" --output "$L/listed.atlas" &&
      "$0" dump --model squeezenet1_1 --weights seeded:1 --units "$L/units" --images "$L/i" --output "$L/units.out" &&
      "$0" \(dump) --images "$L/i" --output "$L/s/0" --shard 0/2 && "$0" \(dump) --images "$L/i" --output "$L/s/1" --shard 1/2 &&
      "$0" merge "$L/s" --output "$L/merged" && cmp "$L/merged/logits.npy" "$L/out/logits.npy" &&
      "$0" predict --model squeezenet1_1 --weights seeded:1 "$L/i/n01440764/0.png" | head -n 1 | cmp - "$L/expected" ||
      exit 97
      """
    try folder.write([], to: "unused")
    let outcome = try shell(
      command.replacing(
        "printf 'features_3",
        with: "printf 'caf\\351/i/n01440764/0.png\\n' > \"$L/expected\"; printf 'features_3"))
    #expect(outcome.status == 0, "\(outcome.errors) \(outcome.output)")
    #expect(!outcome.errors.contains("could not be found"), "\(outcome.errors)")
    let source = try shell(
      "cat $(printf 'caf\\351')/out/manifest.json $(printf 'caf\\351')/here/manifest.json")
    #expect(source.output.split(separator: "/caf\\\\xe9/i\"").count == 3, "\(source.output)")
    let missing = try shell("\"$0\" \(dump) --images $(printf 'no\\351') --output x")
    #expect(missing.status == 66 && missing.errors.contains("no\\xe9"), "\(missing.errors)")
  }

  @Test(
    "a set without a readable image is an error, with or without skipping, and does not block the next run"
  )
  func noneReadable() throws {
    for name in ["1.png", "2.png"] { try folder.write([1], to: "bad/\(name)") }
    let skipping = try shell("\"$0\" \(dump) --images bad --on-error skip --output out")
    #expect(
      skipping.status == 65 && skipping.errors.contains("none of the 2 images could be read"),
      "\(skipping.errors)")
    #expect(try shell("\"$0\" check out").status == 1)
    let failing = try shell("\"$0\" \(dump) --images bad --output out")
    #expect(failing.status == 65 && failing.errors.contains("bad/1.png"), "\(failing.errors)")
    #expect(try table("out").contains("1.png\t\tfailed: "))
    for options in ["--shard 0/2", "--keep extremes:2"] {
      #expect(try shell("\"$0\" \(dump) --images bad --on-error skip --output s \(options)").status == 65)
    }
    let resumed = try shell("\"$0\" \(dump) --images images --output out --resume")
    #expect(resumed.status == 0, "\(resumed.errors)")
    let taken = try shell("\"$0\" \(dump) --images images --output out")
    #expect(taken.status == 73)
    try folder.write(PNG.photograph(width: 9, height: 9, seed: 1), to: "bad/0.png")
    let most = try shell("\"$0\" \(dump) --images bad --on-error skip --output most")
    #expect(most.status == 0 && most.errors.contains("NOTE: 2 of 3 images, most of them"), "\(most.errors)")
  }

  @Test("the row that ended a run is marked failed, later rows pending, and it is tried again")
  func failedRow() throws {
    try folder.write([1], to: "images/n01443537/2.png")
    try folder.write(PNG.photograph(width: 9, height: 9, seed: 7), to: "images/n01443537/3.png")
    let failing = try shell("\"$0\" \(dump) --images images --output out --threads 1 --batch-size 1")
    #expect(failing.status == 65)
    let rows = try table("out").split(separator: "\n").dropFirst().map {
      $0.split(separator: "\t")[3].prefix(7)
    }
    #expect(rows == ["ok", "ok", "ok", "failed:", "pending"], "\(rows)")
    try folder.write(PNG.photograph(width: 9, height: 9, seed: 8), to: "images/n01443537/2.png")
    #expect(try shell("\"$0\" \(dump) --images images --output out --resume").status == 0)
    #expect(!(try table("out")).contains("failed"))
  }

  @Test("exemplars whose images are missing leave nothing that blocks the corrected command")
  func withdrawnExemplars() throws {
    for image in 0..<22 {
      try folder.write(
        PNG.photograph(width: 9, height: 9, seed: UInt64(image)), to: "flat/\(image + 100).png")
    }
    #expect(try shell("\"$0\" \(dump) --images flat --output d && mv flat moved && mkdir flat").status == 0)
    let command = "\"$0\" exemplars d --unit features_3_squeeze__3 --batches 1 --output st"
    let failing = try shell(command)
    #expect(failing.status == 66, "\(failing.errors)")
    let corrected = try shell("\(command) --images moved")
    #expect(corrected.status == 0, "\(corrected.errors)")
  }

  // MARK: Job arrays

  private func task(_ index: Int, job: String = "7", shards: Int = 2) -> [String: String] {
    [
      "SLURM_ARRAY_JOB_ID": job, "SLURM_ARRAY_TASK_ID": "\(index)", "SLURM_ARRAY_TASK_COUNT": "\(shards)",
      "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_MAX": "\(shards - 1)",
    ]
  }

  private func record(
    _ model: String, _ output: String, _ task: [String: String], _ options: String = ""
  ) throws -> Program.Outcome {
    try shell(
      "\"$0\" dump --model \(model) --weights seeded:1 --layers classifier.1 --images images --output \(output) \(options)",
      environment: task)
  }

  @Test(
    "an array over networks is refused as soon as two tasks differ, with one output or with several",
    arguments: [("out", "out"), ("out/a", "out/b")])
  func arrayOverNetworks(first: String, second: String) throws {
    let one = try record("squeezenet1_1", first, task(0))
    #expect(one.status == 0 && one.errors.contains("NOTE: as a task of a Slurm job array"), "\(one.errors)")
    #expect(one.output.contains("part 1 of 2: rows 0 to 1 of 4"))
    let other = try record("squeezenet1_1-caffe", second, task(1))
    #expect(other.status == 65 && other.errors.contains("--shard none"), "\(other.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("\(second)/shard-1-of-2")))
    // A shard is not a whole recording.
    let check = try Program.run("check", folder(first))
    #expect(check.status == 1 && check.output.contains("1 of 2 shards are missing: 1"), "\(check.output)")
    // Each task records its own dump in another folder, with `--shard none`. The remains of the refused task
    // do not matter.
    for (index, (model, output)) in [
      ("squeezenet1_1", "n0"), ("squeezenet1_1-caffe", second == first ? "n1" : second),
    ]
    .enumerated() {
      let own = try record(model, output, task(index), "--shard none")
      #expect(own.status == 0 && !own.errors.contains("NOTE: as a task"), "\(own.errors)")
      #expect(try table(output).split(separator: "\n").count == 5)
    }
  }

  @Test(
    "different tasks are also detected at the end; another job replaces an empty recording, or any with --overwrite"
  )
  func agreements() throws {
    #expect(try record("squeezenet1_1", "out", task(0)).status == 0)
    // A later job records the other shards of the same recording.
    #expect(try record("squeezenet1_1", "out", task(1, job: "8")).status == 0)
    #expect(try Program.run("merge", folder("out"), "--output", folder("whole")).status == 0)
    let mixed = try record("squeezenet1_1-caffe", "out", task(1, job: "9"), "--resume")
    #expect(mixed.status == 65, "\(mixed.errors)")
    let replaced = try record("squeezenet1_1-caffe", "out", task(1, job: "9"), "--overwrite")
    #expect(replaced.status == 0, "\(replaced.errors)")
    #expect(try record("squeezenet1_1", "out", task(0, job: "9"), "--overwrite").status == 65)
    let check = try Program.run("check", folder("out"))
    #expect(check.status == 1 && check.output.contains("are not of one recording"), "\(check.output)")
    #expect(try record("squeezenet1_1-caffe", "out", task(0, job: "9"), "--overwrite").status == 0)
    #expect(try Program.run("check", folder("out")).status == 0)
  }
}
