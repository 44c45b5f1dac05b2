import Foundation
import TestSupport
import Testing

@Suite("What is released follows from the program")
struct DistributionTests {
  private let folder: TemporaryFolder
  private let version: String

  init() throws {
    folder = try TemporaryFolder()
    version = try Program.run("--version").output.trimmingCharacters(in: .newlines)
    let script = try Program.tool(
      repositoryFile("scripts/dist/documents.sh"), [Program.path, folder.path], environment: [:])
    try #require(script.status == 0, "\(script.errors)")
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder(name), encoding: .utf8)
  }

  /// A command as the parser describes it.
  private struct Command: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable { let kind: String, name: String }
      let names: [Name]?
      let shouldDisplay: Bool
    }

    let commandName: String
    let shouldDisplay: Bool
    let arguments: [Argument]?
    let subcommands: [Command]?
  }

  private struct Help: Decodable { let command: Command }

  @Test("The manual page has every command, every option, the version and every exit code")
  func manual() throws {
    let page = try text("activation-dump.1")
    #expect(page.hasPrefix(".TH ACTIVATION\\-DUMP 1 \"\" \"activation-dump \(version)\""))
    let help = try JSONDecoder().decode(
      Help.self, from: Data(try Program.run("--experimental-dump-help").output.utf8))
    var sections = 0
    func look(_ command: Command, _ path: [String]) {
      let children = (command.subcommands ?? []).filter { $0.commandName != "help" && $0.shouldDisplay }
      for child in children { look(child, path + [child.commandName]) }
      guard children.isEmpty else { return }
      sections += 1
      let heading = ".SS \(path.joined(separator: " "))\n"
      let parts = page.components(separatedBy: heading)
      #expect(parts.count == 2, "\(path)")
      let section = parts.last?.components(separatedBy: "\n.SS ").first ?? ""
      for name in (command.arguments ?? []).filter(\.shouldDisplay).flatMap({ $0.names ?? [] })
      where name.kind == "long" && !["help", "version"].contains(name.name) {
        #expect(
          section.contains("\\fB\\-\\-\(name.name.replacing("-", with: "\\-"))\\fR"), "\(path) --\(name.name)"
        )
      }
    }
    look(help.command, [])
    #expect(sections > 15)
    for code in [0, 1, 64, 65, 66, 70, 73, 74, 75, 130] { #expect(page.contains("\n.TP\n\(code)\n")) }
    #expect(page.utf8.allSatisfy { $0 < 128 })
  }

  @Test("Documents are the same on every processor")
  func processor() throws {
    for name in ["activation-dump.1", "completion.zsh", "completion.fish"] {
      let text = try text(name)
      #expect(text.contains("as far as the processor has them") && !text.contains("blas, "), "\(name)")
    }
  }

  @Test("Each shell takes its completions", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    let text = try text("completion.\(shell)")
    #expect(text.contains("weights-dir"))
    guard shell == "bash" else { return }  // the others may not be here
    #expect(try Program.tool("bash", ["-n", folder("completion.bash")], environment: [:]).status == 0)
  }
}
