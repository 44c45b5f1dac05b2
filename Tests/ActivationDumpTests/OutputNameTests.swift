import Foundation
import TestSupport
import Testing

/// Tests of outputs that are links, devices or pipes, or whose names have the maximum length.
struct OutputNameTests {
  private let sample = ["units", "sample", "--model", "squeezenet1_1", "--count", "3", "--output"]

  @Test(
    "a dangling link as the output is refused in one sentence that names both paths, for every kind of output"
  )
  func dangling() throws {
    let test = try FaultCase(images: 9)
    let folder = test.folder
    for (name, destination) in [("link", folder("nowhere")), ("loop", folder("loop"))] {
      try FileManager.default.createSymbolicLink(atPath: folder(name), withDestinationPath: destination)
      let checkpoint = repositoryFile("Tests/Fixtures/checkpoints/script.pt")
      for command in [
        ["dump"] + test.arguments(name), ["dump"] + test.arguments("\(name)/below/it"),
        ["report", folder("whole"), "--output", folder(name)],
        [
          "exemplars", folder("whole"), "--unit", "features_3_squeeze__3", "--batches", "1", "--output",
          folder(name),
        ],
        sample + [folder(name)], ["weights", "convert", checkpoint, folder(name)],
        [
          "weights", "fetch", "squeezenet1_1", "--url", "http://127.0.0.1:9/x", "--weights-dir", folder(name),
        ],
      ] {
        let outcome = try Program.run(command)
        // The command may first report that there are too few images for exemplars.
        guard command[0] != "exemplars" || outcome.status == 73 else { continue }
        #expect(outcome.status == 73 && isOneSentence(outcome.errors), "\(command): \(outcome.errors)")
        #expect(
          outcome.errors.contains(
            "\(folder(name)): it is a symbolic link to \(destination), which does not exist"))
      }
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder(name)) == destination)
    }
  }

  @Test("a link to a folder or a file stays a link, and its target is written")
  func followed() throws {
    let test = try FaultCase(images: 9)
    try FileManager.default.createDirectory(atPath: test.folder("real"), withIntermediateDirectories: true)
    try test.folder.write([], to: "file")
    for (link, name) in [("a", "real"), ("b", "file")] {
      try FileManager.default.createSymbolicLink(atPath: test.folder(link), withDestinationPath: name)
    }
    #expect(try Program.run("dump", test.arguments("a")).status == 0)
    #expect(try test.files("real") == test.whole)
    #expect(try Program.run(sample + [test.folder("b")]).status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: test.folder("b")) == "file")
    let drawn = try Program.run(sample.dropLast()).output
    #expect(try String(contentsOfFile: test.folder("file"), encoding: .utf8) == drawn && !drawn.isEmpty)
  }

  @Test("a pipe is written to, a device stays a device, and a folder is not accepted as a file")
  func others() throws {
    let drawn = try Program.run(sample.dropLast()).output
    let words = sample.joined(separator: " ")
    let piped = try Program.shell("exec \"$0\" \(words) /dev/stdout | cat")
    #expect(piped.output == drawn, "\(piped.errors)")
    let folder = try TemporaryFolder()
    let named = try Program.shell(
      "mkfifo \"$1\"; cat \"$1\" & \"$0\" \(words) \"$1\"; wait; test -p \"$1\"", folder("pipe"))
    #expect(named.status == 0 && named.output == drawn, "\(named.errors)")
    let refused = try Program.run(sample + [folder.path])
    #expect(refused.status == 73 && isOneSentence(refused.errors), "\(refused.errors)")
  }

  @Test(
    "a name of the maximum length is written, and a longer name is refused before anything is written",
    arguments: ["a", "é", "\u{1F600}"])
  func long(character: String) throws {
    let folder = try TemporaryFolder()
    let longest = String(repeating: character, count: 255 / character.utf8.count)
    let outcome = try Program.run(sample + [folder(longest)])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let converted = try Program.run(
      "weights", "convert", repositoryFile("Tests/Fixtures/checkpoints/script.pt"),
      folder("\(longest.dropLast())b"))
    #expect(converted.status == 0, "\(converted.errors)")
    let longer = try Program.run(sample + [folder(longest + character)])
    #expect(longer.status == 73 && isOneSentence(longer.errors), "\(longer.errors)")
    #expect(try Set(folder.files(below: "").keys) == [longest, "\(longest.dropLast())b"])
  }
}
