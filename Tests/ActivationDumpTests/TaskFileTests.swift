import Foundation
import TestSupport
import Testing

/// Tests of how the files of stimuli and tasks are stored, and of the batches that tasks show.
struct TaskFileTests {
  /// Returns the number of hard links of a file, which is the number of its names.
  private func names(of path: String) throws -> Int {
    var status = stat()
    try #require(stat(path, &status) == 0, "\(path)")
    return Int(status.st_nlink)
  }

  private func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Program.Outcome {
    let outcome = try Program.run(arguments[0], Array(arguments.dropFirst()), environment: environment)
    #expect(outcome.status == 0, "\(arguments.joined(separator: " ")): \(outcome.errors)")
    return outcome
  }

  /// Creates a dump, stimuli of six units in two batches, and catch trials.
  private func stimuli(copying: Bool = false) throws -> TemporaryFolder {
    let folder = try imageFolder(count: 45)
    _ = try run([
      "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("images"), "--output",
      folder("dump"), "--layers", "features.3.squeeze",
    ])
    let more = copying ? ["--copy"] : []
    let units = (0..<6).flatMap { ["--unit", "features_3_squeeze__\($0)"] }
    _ = try run(
      ["exemplars", folder("dump"), "--output", folder("stimuli"), "--batches", "2"] + units + more)
    _ = try run(
      ["trials", "catch", "--stimuli", folder("stimuli"), "--model", "squeezenet1_1", "--count", "2"]
        + ["--output", folder("catch")] + more)
    return folder
  }

  private func tasks(_ folder: TemporaryFolder, _ output: String, _ more: String...) -> [String] {
    [
      "trials", "--stimuli", folder("stimuli"), "--model", "squeezenet1_1", "--catch", folder("catch"),
      "--units", "6", "--tasks", "4", "--trials", "3", "--catch-trials", "2", "--output", folder(output),
      "--json",
    ] + more
  }

  @Test("files of one picture are hard links to it, in stimuli, catch trials and tasks; with --copy none is")
  func links() throws {
    let linked = try stimuli()
    let summary = try run(tasks(linked, "net_natural")).json()
    #expect(summary["links"] as? Int == 4 * 5 * 20 && summary["files"] as? Int == 4 * (1 + 5 * 20))
    let copied = try stimuli(copying: true)
    #expect(try run(tasks(copied, "net_natural", "--copy")).json()["links"] as? Int == 0)
    #expect(try linked.files(below: "net_natural").keys == copied.files(below: "net_natural").keys)
    for below in ["stimuli", "catch", "net_natural"] {
      let pictures = try linked.files(below: below).filter { $0.key.hasSuffix(".png") }
      #expect(!pictures.isEmpty)
      for (name, bytes) in pictures {
        #expect(try names(of: linked("\(below)/\(name)")) > 1, "\(name)")
        #expect(try names(of: copied("\(below)/\(name)")) == 1, "\(name)")
        if below != "net_natural" {
          #expect(try copied.files(below: below)[name] == bytes, "\(name)")
        }
      }
    }
    // A hard link to a symbolic link would be invalid in another folder.
    try FileManager.default.moveItem(atPath: linked("stimuli"), toPath: linked("elsewhere"))
    try FileManager.default.createSymbolicLink(
      atPath: linked("stimuli"), withDestinationPath: linked("elsewhere"))
    let picture = linked(
      "elsewhere/squeezenet1_1_/features_3_squeeze/channel_0/natural_images/batch_0/min_0.png")
    try FileManager.default.moveItem(atPath: picture, toPath: linked("picture.png"))
    try FileManager.default.createSymbolicLink(atPath: picture, withDestinationPath: linked("picture.png"))
    _ = try run(tasks(linked, "again"))
    #expect(try linked.files(below: "again").count == 4 * (1 + 5 * 20) + 1)
    for name in try linked.files(below: "again").keys {
      var status = stat()
      #expect(lstat(linked("again/\(name)"), &status) == 0 && status.st_mode & S_IFMT == S_IFREG, "\(name)")
    }
  }

  @Test(
    "if hard links cannot be made, files are copies and a note says so",
    arguments: [EXDEV, EPERM, EMLINK, ENOSYS])
  func fallback(code: Int32) throws {
    let folder = try stimuli()
    let library = folder("nolinks.so")
    let compiler = try Process.run(
      URL(filePath: "/usr/bin/env"),
      arguments: [
        "cc", "-O1", "-shared", "-fPIC", "-o", library, repositoryFile("Tests/Fixtures/faults/nolinks.c"),
      ])
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    let environment = ["LD_PRELOAD": library, "NOLINKS": "\(code)"]
    let outcome = try run(tasks(folder, "net_natural"), environment)
    #expect(try outcome.json()["links"] as? Int == 0)
    #expect(outcome.errors.contains("400 files are copies"), "\(outcome.errors)")
    _ = try run(tasks(folder, "linked/net_natural"))
    let files = try folder.files(below: "net_natural")
    // Catch trials and stimuli behave in the same way.
    _ = try run(
      ["trials", "catch", "--stimuli", folder("stimuli"), "--model", "squeezenet1_1", "--count", "2"]
        + ["--output", folder("catch-2")], environment)
    #expect(try folder.files(below: "catch-2").filter { $0.key.hasSuffix(".png") }.count == 2 * 20)
    _ = try run(
      ["exemplars", folder("dump"), "--output", folder("stimuli-2"), "--batches", "2", "--unit"]
        + ["features_3_squeeze__0", "--unit", "features_3_squeeze__1"], environment)
    for (name, bytes) in try folder.files(below: "linked/net_natural") where name != "structure.json" {
      #expect(files[name] == bytes, "\(name)")
    }
    for (name, bytes) in try folder.files(below: "stimuli-2") where name.hasSuffix(".png") {
      #expect(FileManager.default.contents(atPath: folder("stimuli/\(name)")) == bytes, "\(name)")
    }
  }

  @Test("tasks show the batches that all units have, and say so; a requested batch that is missing is named")
  func batches() throws {
    let folder = try stimuli()
    let chosen = try run(tasks(folder, "net_natural"))
    #expect(chosen.errors.contains("--max-batch 1"), "\(chosen.errors)")
    let asked = try run(tasks(folder, "net_asked", "--max-batch", "1"))
    #expect(!asked.errors.contains("note:"), "\(asked.errors)")
    let (one, other) = (try folder.files(below: "net_natural"), try folder.files(below: "net_asked"))
    for (name, bytes) in one where name.hasSuffix(".png") { #expect(other[name] == bytes, "\(name)") }
    let refused = try Program.run(tasks(folder, "net_more", "--max-batch", "5", "--tasks", "8"))
    #expect(refused.status == 66 && refused.output.isEmpty, "\(refused.errors)")
    #expect(refused.errors.contains("batches 0 to 1 only; give --max-batch 1"), "\(refused.errors)")
    let structure = try Program.run(tasks(folder, "net.json", "--structure-only"))
    #expect(structure.status == 0)
    let text = try String(contentsOfFile: folder("net.json"), encoding: .utf8)
    #expect(text.contains("\"max_batch\" : 1"))
    // One unit has fewer batches than the others.
    try FileManager.default.removeItem(
      atPath: folder("stimuli/squeezenet1_1_/features_3_squeeze/channel_4/natural_images/batch_1"))
    #expect(try run(tasks(folder, "net_fewer")).errors.contains("--max-batch 0"))
    try FileManager.default.removeItem(
      atPath: folder("stimuli/squeezenet1_1_/features_3_squeeze/channel_4/natural_images/batch_0"))
    let none = try Program.run(tasks(folder, "net_none"))
    #expect(
      none.status == 66 && none.errors.contains("channel_4/natural_images has no batch_0"), "\(none.errors)")
  }
}
