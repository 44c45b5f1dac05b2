import Foundation
import TestSupport
import Testing

/// Tests of the commands in docs/study.md, from images to the tasks of an experiment.
struct StudyCommandTests {
  @Test("dump, units sample, exemplars and trials produce tasks with the pictures that the map names")
  func sequence() throws {
    let folder = try imageFolder(count: 45)
    func run(_ arguments: String..., status: Int32 = 0) throws -> Program.Outcome {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == status, "\(arguments.joined(separator: " ")): \(outcome.errors)")
      return outcome
    }
    _ = try run(
      "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
      folder("dump"))
    _ = try run(
      "units", "sample", "--model", "squeezenet1_1", "--count", "6", "--format", "json", "--output",
      folder("units.json"))
    _ = try run(
      "units", "sample", "--model", "squeezenet1_1", "--count", "4", "--seed", "43", "--blacklist",
      folder("units.json"), "--output", folder("others.txt"))
    let main = try run(
      "exemplars", folder("dump"), "--units", folder("units.json"), "--output", folder("stimuli"),
      "--batches",
      "2", "--grid", "--histogram", "--json"
    ).json()
    #expect(
      main["units"] as? Int == 6 && main["written"] as? Int == 6 * 2 * 20 && main["schema"] as? Int == 1)
    _ = try run(
      "exemplars", folder("dump"), "--units", folder("others.txt"), "--output", folder("others"),
      "--scale-windows")
    let caught = try run(
      "trials", "catch", "--stimuli", folder("others"), "--model", "squeezenet1_1", "--count", "2",
      "--output",
      folder("catch"), "--json"
    ).json()
    #expect((caught["units"] as? [Any])?.count == 2)
    let tasks = try run(
      "trials", "--stimuli", folder("stimuli"), "--model", "squeezenet1_1", "--catch", folder("catch"),
      "--units",
      "6", "--tasks", "4", "--trials", "3", "--catch-trials", "2", "--max-batch", "1", "--output",
      folder("squeezenet_natural"), "--json"
    ).json()
    #expect(tasks["repetitions"] as? Int == 2 && tasks["files"] as? Int == 4 * (1 + 5 * 20))

    let map = try ExemplarRanks(folder("stimuli/squeezenet1_1_/exemplars.json"))
    #expect(map.count == 240 && map.highest == 44)
    // Each class has half of the dump's rows; the ranks of a unit are over all rows.
    let bytes = try folder.files(below: "stimuli/squeezenet1_1_")
    #expect(bytes.keys.filter { $0.hasSuffix("grid.png") }.count == 6)
    #expect(bytes.keys.filter { $0.hasSuffix("histogram.svg") }.count == 6)
    let task = try folder.files(below: "squeezenet_natural/task_1/trials/trial_1")
    #expect(task.count == 20)
    let pictures = Set(bytes.values).union(try folder.files(below: "catch").values)
    for picture in task.values { #expect(pictures.contains(picture)) }
  }

  @Test(
    "a dump of extremes gives the exemplars of the matrix for the easy condition, and an error if it keeps too few"
  )
  func extremes() throws {
    let folder = try imageFolder(count: 45)
    for (name, keep) in [("matrix", "all"), ("extremes", "extremes:21"), ("few", "extremes:20")] {
      let dump = try Program.run(
        "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
        folder(name), "--layers", "features.3.squeeze", "--keep", keep)
      #expect(dump.status == 0, "\(dump.errors)")
    }
    func choose(_ dump: String, _ more: [String] = []) throws -> Program.Outcome {
      try Program.run(
        ["exemplars", folder(dump), "--unit", "features_3_squeeze__3", "--unit", "features_3_squeeze__11"]
          + ["--batches", "2", "--grid", "--output", folder("of-\(dump)")] + more)
    }
    for dump in ["matrix", "extremes"] {
      let outcome = try choose(dump)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try folder.files(below: "of-extremes") == folder.files(below: "of-matrix"))
    let few = try choose("few")
    #expect(few.status == 65 && few.errors.contains("keeps too few extremes"), "\(few.errors)")
    #expect(few.errors.contains("give --batches 1, or record it with --keep extremes:21"), "\(few.errors)")
    #expect(try choose("few", ["--batches", "1", "--no-pictures"]).status == 0)
    let drawing = try choose("extremes", ["--histogram", "--overwrite"])
    #expect(drawing.status == 64 && drawing.errors.contains("--histogram"), "\(drawing.errors)")
    let statistics = try ["matrix", "extremes"].map {
      try Program.run("units", "list", "--dump", folder($0), "--format", "csv").output
    }
    #expect(statistics[0].split(separator: "\n").count == 17)
    for (one, other) in zip(statistics[0].split(separator: "\n"), statistics[1].split(separator: "\n")) {
      // All columns are compared except mean and deviation, whose sums have another order.
      let fields = [one, other].map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      #expect(fields[0].prefix(5) == fields[1].prefix(5) && fields[0].suffix(4) == fields[1].suffix(4))
    }
  }

  @Test(
    "a dump of a network outside the catalogue can be listed, chosen from and shown like any other"
  )
  func otherNetwork() throws {
    let folder = try imageFolder(count: 45)
    let dump = try Program.run(
      "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
      folder("dump"), "--layers", "features.3.squeeze,features.0")
    #expect(dump.status == 0, "\(dump.errors)")
    let manifest = try String(contentsOfFile: folder("dump/manifest.json"), encoding: .utf8)
    func rename(_ model: String) throws {
      let other = manifest.replacing("\"model\" : \"squeezenet1_1\"", with: "\"model\" : \"\(model)\"")
      try folder.write(other.utf8, to: "dump/manifest.json")
    }
    func outputs(_ name: String) throws -> [String] {
      try [
        ["units", "list", "--dump", folder("dump"), "--format", "csv"],
        ["units", "list", "--dump", folder("dump"), "--layers", "features_3_*"],
        [
          "exemplars", folder("dump"), "--unit", "features_3_squeeze__3", "--batches", "1", "--output",
          folder(name),
        ],
        ["report", folder("dump"), "--layers", "features.3.*", "--output", folder("\(name)-atlas")],
      ].map { arguments in
        let outcome = try Program.run(arguments)
        #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
        return outcome.output
      }
    }
    let known = try outputs("known")
    try rename("mine")
    let other = try outputs("other")
    #expect(other[0] == known[0] && other[1] == known[1] && other[1].split(separator: "\n").count == 16)
    let pictures = try folder.files(below: "known/squeezenet1_1_").filter { $0.key.hasSuffix(".png") }
    #expect(try folder.files(below: "other/mine_").filter { $0.key.hasSuffix(".png") } == pictures)
    #expect(pictures.count == 20)
    #expect(
      try folder.files(below: "other-atlas").keys.sorted() == folder.files(below: "known-atlas").keys.sorted()
    )
    func refused(_ arguments: [String], _ words: String, status: Int32) throws {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome.errors)")
    }
    let list = ["units", "list", "--dump", folder("dump")]
    try refused(list + ["--kind", "conv"], "kinds of the layers of mine are not known", status: 64)
    try refused(list + ["--model", "resnet50"], "is of mine, not resnet50; leave out --model", status: 64)
    try rename("../mine")
    try refused(
      [
        "exemplars", folder("dump"), "--unit", "features_3_squeeze__3", "--batches", "1", "--output",
        folder("up"),
      ],
      "can be the name of no folder", status: 65)
    #expect(!FileManager.default.fileExists(atPath: folder("mine_")))
  }

  @Test("units list filters by layer, kind and recorded values, in every format")
  func list() throws {
    let folder = try imageFolder(count: 6)
    let dump = folder("dump")
    #expect(
      try Program.run(
        "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
        dump,
        "--layers", "features.3.squeeze,features.3.expand1x1_activation", "--reduce", "max"
      ).status == 0)
    func lines(_ arguments: String...) throws -> [Substring] {
      let outcome = try Program.run(["units", "list"] + arguments)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.output.split(separator: "\n")
    }
    #expect(try lines("--dump", dump).count == 16 + 64)
    #expect(try lines("--dump", dump, "--layers", "*squeeze").count == 16)
    let kinds = try Set(
      (Program.run("layers", "squeezenet1_1", "--json").json()["layers"] as? [[String: Any]] ?? [])
        .map { $0["kind"] as? String ?? "" })
    let convolution = try #require(kinds.first { $0.lowercased().contains("conv") })
    #expect(try lines("--model", "squeezenet1_1", "--kind", convolution).first == "features_0__0")
    #expect(try lines("--dump", dump, "--kind", convolution).count == 16)
    let rows = try lines("--dump", dump, "--format", "csv")
    #expect(
      rows.first
        == "unit,layer,channel,minimum,maximum,mean,standard_deviation,sparsity,constant,never_positive,dead")
    let fields = rows.dropFirst().map { $0.split(separator: ",") }
    #expect(fields.allSatisfy { $0.count == 11 && $0[0].hasSuffix("__\($0[2])") })
    // For a maximum over positions, dead and never positive are the same.
    let terms: [(String, Int, ([Substring]) -> Bool)] = [
      ("--constant", 8, { (Double($0[4]) ?? .nan) - (Double($0[3]) ?? .nan) < 1e-8 }),
      ("--never-positive", 9, { (Double($0[4]) ?? .nan) <= 0 }),
      ("--dead", 10, { (Double($0[4]) ?? .nan) <= 0 }),
    ]
    for (option, place, isTrue) in terms {
      #expect(try lines("--dump", dump, option) == fields.filter(isTrue).map { $0[0] }, "\(option)")
      #expect(fields.allSatisfy { $0[place] == "\(isTrue($0))" }, "\(option)")
    }
    let dead = try Set(lines("--dump", dump, "--dead"))
    let alive = try Set(lines("--dump", dump, "--alive"))
    #expect(!dead.isEmpty && dead.isDisjoint(with: alive) && dead.count + alive.count == 80)
    #expect(try lines("--dump", dump, "--dead", "--sparse", "0.5").count == dead.count)
    let sparse = try lines("--dump", dump, "--sparse", "0.5")
    let expected = rows.dropFirst().filter { Double($0.split(separator: ",")[7]) ?? 0 >= 0.5 }
    #expect(sparse.count == expected.count)
    let document = try Program.run("units", "list", "--dump", dump, "--alive", "--json").json()
    #expect((document["units"] as? [String])?.count == alive.count)
    #expect(((document["statistics"] as? [[String: Any]])?.first?["maximum"]) is Double)
  }

  @Test(
    "dead units are distinguished from those never positive on average, or the list says why it cannot tell")
  func dead() throws {
    let folder = try imageFolder(count: 6)
    let layer = "features.12.expand3x3"
    let dumps: [(String, [String])] = [
      ("plain", []), ("baselines", ["--baselines"]), ("largest", ["--reduce", "max"]),
    ]
    for (name, options) in dumps {
      let outcome = try Program.run(
        ["dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images")]
          + ["--output", folder(name), "--layers", layer] + options)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    func list(_ dump: String, _ arguments: String...) throws -> Program.Outcome {
      try Program.run(["units", "list", "--dump", folder(dump)] + arguments)
    }
    let never = try list("plain", "--never-positive").output.split(separator: "\n")
    let dead = try list("largest", "--dead").output.split(separator: "\n")
    #expect(Set(never).isStrictSuperset(of: dead))
    #expect(try list("baselines", "--dead").output.split(separator: "\n") == dead)
    #expect(try list("baselines", "--alive").output.split(separator: "\n").count == 256 - dead.count)
    for option in ["--dead", "--alive"] {
      let outcome = try list("plain", option)
      #expect(outcome.status == 65 && outcome.output.isEmpty)
      for words in ["\(never.count) of 256", "record it with --baselines", "--never-positive"] {
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
      }
    }
    func rows(_ dump: String) throws -> [[String: Any]] {
      try #require(try list(dump, "--json").json()["statistics"] as? [[String: Any]])
    }
    for row in try rows("plain") {
      #expect(row["dead"] as? Bool == (row["never_positive"] as? Bool == true ? nil : false))
    }
    #expect(
      try rows("baselines").allSatisfy {
        $0["dead"] as? Bool == dead.contains(Substring($0["unit"] as? String ?? ""))
      })
  }

  @Test("an error of a study command is one sentence with the right exit code")
  func errors() throws {
    let folder = try imageFolder(count: 30)
    let dump = folder("dump")
    #expect(
      try Program.run(
        "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
        dump,
        "--layers", "features.3.squeeze"
      ).status == 0)
    func fails(_ status: Int32, _ words: String, _ arguments: String...) throws {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == status && outcome.output.isEmpty, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
    }
    let unit = ["--unit", "features_3_squeeze__3", "--output", folder("stimuli")]
    func exemplars(_ status: Int32, _ words: String, _ more: String...) throws {
      let outcome = try Program.run(["exemplars", dump] + unit + more)
      #expect(outcome.status == status, "\(more): \(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(more): \(outcome.errors)")
    }
    try exemplars(64, "needs at least 402 images, and there are 30")
    try exemplars(64, "needs at least 1000 images", "--condition", "hard99", "--scale-windows")
    try exemplars(64, "belong together", "--start-min", "9")
    try exemplars(64, "--extra-name", "--start-min", "9", "--stop-max", "20", "--batches", "1")
    try exemplars(66, "give --images", "--batches", "1", "--images", folder("gone"))
    try exemplars(0, "note:", "--batches", "1")
    try exemplars(73, "--overwrite", "--batches", "1")
    try fails(64, "choose some", "exemplars", dump, "--output", folder("stimuli"))
    try fails(
      65, "features_3_squeeze", "exemplars", dump, "--unit", "features_3_squeze__3", "--output", folder("x"))
    try fails(66, "manifest", "exemplars", folder("none"), "--unit", "a__1", "--output", folder("x"))
    try fails(64, "mlp.norm", "units", "sample", "--model", "resnet50", "--with-mlp-norm")
    try fails(64, "fewer than", "units", "sample", "--model", "squeezenet1_1", "--count", "99999")
    try fails(
      66, "blacklist", "units", "sample", "--model", "squeezenet1_1", "--blacklist", folder("blacklist"))
    for option in ["--dead", "--alive", "--never-positive", "--constant"] {
      try fails(64, "give --dump", "units", "list", "--model", "resnet50", option)
    }
    try fails(64, "not both", "units", "list", "--dump", dump, "--dead", "--alive")
    try fails(
      64, "cannot share equally", "trials", "--stimuli", "s", "--model", "m", "--tasks", "1", "--output", "o")
    try fails(
      66, "cannot read the folder", "trials", "--stimuli", folder("none"), "--model", "m", "--output",
      folder("o"))
  }

  @Test("both of ConvNeXt's lists can be drawn from, and the defaults are the study's")
  func samples() throws {
    let plain = try Program.run("units", "sample", "--model", "convnext_b").output.split(separator: "\n")
    let quirk = try Program.run("units", "sample", "--model", "convnext_b", "--with-mlp-norm", "--json")
      .json()
    #expect(plain.count == 100 && plain.first == "stages_2_blocks_14_norm__435")
    #expect(quirk["layers"] as? Int == 216)
    #expect((quirk["units"] as? [String])?.first == "stages_2_blocks_11__435")
  }
}

/// The ranks of a map, read without the program's own types.
private struct ExemplarRanks {
  let count: Int, highest: Int

  init(_ path: String) throws {
    let document =
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any]
    let units = document?["units"] as? [[String: Any]] ?? []
    let ranks = units.flatMap { unit in
      ["min", "max"].flatMap { side in
        (unit[side] as? [[[String: Any]]] ?? []).joined().compactMap { $0["rank"] as? Int }
      }
    }
    (count, highest) = (ranks.count, ranks.max() ?? -1)
  }
}
