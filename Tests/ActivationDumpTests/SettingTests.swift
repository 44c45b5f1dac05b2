import Foundation
import Layers
import Machine
import Testing

@testable import ActivationDump

/// Tests of the libraries' messages in the wording of the command line.
struct SettingTests {
  /// A command in the form of its own JSON description.
  private struct Described: Decodable {
    struct Argument: Decodable { let names: [Name]? }
    struct Name: Decodable { let kind: String, name: String }
    let commandName: String
    let subcommands: [Described]?
    let arguments: [Argument]?

    /// Returns the long options of every command, by the words that call the command.
    func options(after words: [String] = []) -> [String: Set<String>] {
      var found = [
        words.joined(separator: " "): Set(
          (arguments ?? []).flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map { "--\($0.name)" })
      ]
      for command in subcommands ?? [] {
        found.merge(command.options(after: words + [command.commandName])) { $0.union($1) }
      }
      return found
    }
  }

  private func options() throws -> [String: Set<String>] {
    struct Document: Decodable { let command: Described }
    let outcome = try Program.run("--experimental-dump-help")
    #expect(outcome.status == 0)
    return try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8)).command.options()
  }

  @Test("every setting that a sentence can name is an option of some command")
  func settings() throws {
    let known = try options().values.reduce(into: Set<String>()) { $0.formUnion($1) }
    #expect(known.count > 50)
    for setting in Setting.allCases {
      #expect(known.contains(setting.option), "\(setting.option) is an option of no command")
    }
  }

  @Test("every command that a sentence can name exists, and has the settings that are named with it")
  func commands() throws {
    let known = try options()
    for command in Command.allCases {
      #expect(known[command.rawValue] != nil, "there is no \(command.rawValue)")
    }
    for (command, setting) in [(Command.inspect, Setting.json), (.dump, .images), (.dump, .resume)] {
      #expect(known[command.rawValue]?.contains(setting.option) == true)
    }
  }

  @Test("the command line names settings by their options, and commands as they are typed")
  func wording() {
    let sentence: Sentence =
      "lower \(.batchSize), give \(.keep, "extremes:5") or see '\(.inspect, with: .json)' or '\(calling: .trialsCatch)'"
    #expect(
      sentence.forCommandLine
        == "lower --batch-size, give --keep extremes:5 or see 'inspect --json' or 'activation-dump trials catch'"
    )
  }

  @Test("the exit code of an error is that of its class, for every type of error")
  func exitCodes() {
    func report(_ error: any Error) -> ExitReport { ExitReport(error) }
    let codes: [Failure.Kind: Int32] = [
      .usage: 64, .badData: 65, .inputMissing: 66, .inputUnreadable: 66, .cannotCreate: 73, .writeFailed: 74,
      .interrupted: 75,
    ]
    for kind in Failure.Kind.allCases {
      #expect(report(Failure(kind, "x")).status.rawValue == codes[kind])
    }
    #expect(report(PlanError.unknownActivation("fc")).status == .badData)
    #expect(report(PlanError.noLibrary(.best)).status == .usage)
    #expect(report(PlanError.noLibrary(.best)).message.hasSuffix("or choose another --tier"))
    #expect(report(GraphError.duplicateName("fc")).status == .badData)
    #expect(report(BindingError()).status == .badData)
    struct Defect: Error {}
    #expect(report(Defect()).status == .bug)
  }
}
