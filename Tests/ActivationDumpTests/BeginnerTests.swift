import Foundation
import TestSupport
import Testing

/// Tests of the mistakes of first-time users, and of the answers.
struct BeginnerTests {
  struct Mistake: CustomTestStringConvertible {
    let arguments: [String], status: Int32, words: String

    init(_ line: String, _ status: Int32, _ words: String) {
      arguments = line.split(separator: " ").map(String.init)
      (self.status, self.words) = (status, words)
    }

    var testDescription: String { arguments.joined(separator: " ") }
  }

  private static let dump = "dump --model squeezenet1_1 --weights seeded:1 --images images --output"

  /// The mistakes, in a folder with `images`, `photo.png`, `photos.zip` and the non-empty folder `full`.
  static let mistakes = [
    Mistake("dmup", 64, "there is no command named 'dmup'; the nearest are dump"),
    Mistake("layers resnet18", 64, "'activation-dump models' lists all"),
    Mistake("layers ResNet50", 64, "the nearest are resnet50,"),
    Mistake("predict --model squeezenet1_1 photo.png", 66, "'activation-dump weights fetch squeezenet1_1'"),
    Mistake("predict --model squeezenet1_1 --weights seeded:1 images", 66, "images: this is a folder"),
    Mistake("predict --model squeezenet1_1 --weights seeded photo.png", 64, "such as seeded:1"),
    Mistake("predict --model squeezenet1_1 --weights ~/no.pth photo.png", 66, "write $HOME"),
    Mistake("\(dump) out --images ~/photographs", 66, "write $HOME"),
    Mistake("\(dump) out --images $HOME/photographs", 66, "outside of single quotes"),
    Mistake("\(dump) out --images images/*/*.png", 66, "patterns are not expanded"),
    Mistake("\(dump) out --images images/a.png images/b.png", 64, "one folder, archive or list"),
    Mistake("\(dump) out --images photo.png", 65, "photo.png"),
    Mistake(
      "weights ftech resnet50", 64, "there is no command named 'weights ftech'; the nearest are weights fetch"
    ),
    Mistake("\(dump) out --images imgaes", 66, "there is no file or folder imgaes"),
    Mistake("dump --model squeezenet1_1 --weights seeded:1 --images images", 64, "--output"),
    Mistake("\(dump) out --device cuda", 64, "leave out --device"),
    Mistake("\(dump) out --gpu", 64, "leave out --gpu"),
    Mistake("\(dump) out --threads 0", 64, "--threads has to be from 1 to 4096"),
    Mistake("\(dump) out --threads -1", 64, "--threads cannot be -1"),
    Mistake("\(dump) out --limit -5", 64, "--limit cannot be -5"),
    Mistake("\(dump) out --layers features.3.sqeeze", 65, "'activation-dump layers squeezenet1_1' lists all"),
    Mistake("\(dump) out --units features_3_squeeze__3", 66, "features_3_squeeze__3"),
    Mistake("\(dump) full", 73, "full holds something other than a dump"),
    Mistake("\(dump) photo.png", 73, "photo.png is a file"),
    Mistake("\(dump) photo.png/out", 73, "cannot create the folder photo.png/out: Not a directory;"),
    Mistake("\(dump) /proc/out", 73, "cannot create the folder /proc/out: No such file or directory;"),
    Mistake("inspect nothing", 66, "neither a dump"),
    Mistake("trials --stimuli none --model squeezenet1_1 --output tasks", 66, "none/squeezenet1_1_"),
  ]

  @Test("a beginner's mistake gives one sentence that says what to do", arguments: mistakes)
  func mistake(_ mistake: Mistake) throws {
    let folder = try imageFolder(count: 2)
    try folder.write(PNG.photograph(width: 9, height: 9, seed: 1), to: "photo.png")
    try folder.write([1], to: "full/file")
    var arguments = mistake.arguments
    // The program uses the last --images, as for a user who corrects a line; this removes the first.
    if let first = arguments.firstIndex(of: "--images"), arguments.count(where: { $0 == "--images" }) > 1 {
      arguments.removeSubrange(first...first + 1)
    }
    let outcome = try Program.shell("cd \"$1\" && shift && exec \"$0\" \"$@\"", folder.path, arguments)
    #expect(outcome.status == mistake.status && outcome.output.isEmpty, "\(outcome.errors)")
    #expect(outcome.errors.contains(mistake.words), "\(outcome.errors)")
    #expect(!outcome.errors.contains("bug of"), "\(outcome.errors)")
    let sentences = outcome.errors.split(separator: "\n").filter { $0.lowercased().hasPrefix("error: ") }
    #expect(sentences.count == 1, "\(outcome.errors)")
  }

  @Test("paths may contain spaces and percent signs")
  func oddPaths() throws {
    let folder = try imageFolder(count: 2)
    try FileManager.default.moveItem(atPath: folder("images"), toPath: folder("im ages%41"))
    let outcome = try Program.run(
      "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", folder("im ages%41"),
      "--output",
      folder("out put%20"), "--layers", "features.3.squeeze")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try Program.run("check", folder("out put%20")).status == 0)
  }

  @Test("images of a list in the working directory are named as in the list, without ./ before them")
  func listNames() throws {
    let folder = try imageFolder(count: 2)
    try folder.write("images/n01440764/0.png\t0\nimages/gone.png\t1\n".utf8, to: "list.txt")
    func run(_ line: String) throws -> Program.Outcome {
      try Program.shell("cd \"$1\" && \(line)", folder.path)
    }
    let options = "--model squeezenet1_1 --weights seeded:1 --images list.txt"
    for line in ["\"$0\" evaluate \(options)", "\"$0\" dump \(options) --output out"] {
      let outcome = try run(line)
      #expect(outcome.status == 66 && !outcome.errors.contains("./"), "\(outcome.errors)")
      #expect(outcome.errors.contains("error: images/gone.png:"), "\(outcome.errors)")
    }
    #expect(try run("\"$0\" dump \(options) --output dumps/out --on-error skip").status == 0)
    let listed = try run("cd dumps && \"$0\" inspect .")
    #expect(listed.status == 0 && listed.output.hasPrefix("out\n"), "\(listed.output)")
    // The names include their folders when the list lies elsewhere.
    let outside = try run(
      "cd dumps && \"$0\" evaluate --model squeezenet1_1 --weights seeded:1 --images ../list.txt")
    #expect(outside.errors.contains("error: ../images/gone.png:"), "\(outside.errors)")
    try folder.write("images/n01440764/0.png\n".utf8, to: "bare.txt")
    let bare = try run("\"$0\" evaluate --model squeezenet1_1 --weights seeded:1 --images bare.txt")
    #expect(bare.status == 65 && bare.errors.contains("the list has no labels"), "\(bare.errors)")
  }

  @Test("tables of networks and of weights fit a screen, and say where the rest is")
  func widths() throws {
    for arguments in [["models"], ["weights", "list"]] {
      let outcome = try Program.run(arguments)
      let widest = outcome.output.split(separator: "\n").map(\.count).max() ?? 0
      #expect(outcome.status == 0 && (40...110).contains(widest), "\(arguments): \(widest)")
    }
    let list = try Program.run("weights", "list")
    #expect(list.output.contains("weights list MODEL") && !list.output.contains("https://"))
    let network = try Program.run("weights", "list", "in1k-vit_b32")
    #expect(network.output.contains("address  https://") && network.output.contains("licence  Apache-2.0"))
    #expect(network.output.contains("-aug_medium2-wd_0.1-do_0.1-sd_0.1--imagenet2012-steps_20k-"))
    #expect(!network.output.contains("resnet50"))
    let document = try Program.run("weights", "list", "in1k-vit_b32", "--json").json()
    #expect((document["models"] as? [[String: Any]])?.count == 1)
    #expect(try Program.run("weights", "list", "resnet18").status == 64)
  }
}

extension Program {
  /// Runs a shell command in which `"$0"` is the program, `"$1"` a folder, and the rest are arguments.
  fileprivate static func shell(_ command: String, _ folder: String, _ arguments: [String]) throws -> Outcome
  {
    let quoted = arguments.map { "'\($0)'" }.joined(separator: " ")
    return try shell("set -- \"$1\" \(quoted); \(command)", folder)
  }
}
