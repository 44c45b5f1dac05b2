import Machine
import Testing

/// Sentences that name settings, and failures made of them.
struct SentenceTests {
  private let wording = Sentence.Wording(
    setting: { setting, value in "<\(setting.rawValue)\(value.map { "=\($0)" } ?? "")>" },
    command: { command, setting in "[\(command.rawValue)\(setting.map { " \($0.rawValue)" } ?? "")]" },
    invocation: { "{\($0.rawValue)}" })

  @Test("a sentence names settings and commands in the words of each interface")
  func wordings() {
    let limit = 5
    let sentence: Sentence =
      "lower \(.batchSize), or record with \(.keep, "extremes:\(limit)") (see '\(.inspect, with: .json)', '\(calling: .check)')"
    #expect(
      sentence.text(in: wording)
        == "lower <batchSize>, or record with <keep=extremes:5> (see '[inspect json]', '{check}')")
    #expect(
      sentence.description
        == "lower 'batch size', or record with 'keep extremes:5' (see 'inspect with json', 'check')")
  }

  @Test("a sentence in a sentence, or an error in one, keeps its settings")
  func nesting() {
    let remedy: Sentence = "give \(.resume)"
    let failure = Failure(.cannotCreate, "it is there", remedy: remedy)
    let expected = "it is there; give <resume>"
    #expect(("\(failure)" as Sentence).text(in: wording) == expected)
    #expect(("\(failure as any Error)" as Sentence).text(in: wording) == expected)
    #expect(wording.text(of: failure) == expected)
    #expect([remedy, remedy].joined(separator: " or ").text(in: wording) == "give <resume> or give <resume>")
    #expect((remedy + " twice").text(in: wording) == "give <resume> twice")
    struct Unexplained: Error, CustomStringConvertible { let description = "a defect" }
    #expect(wording.text(of: Unexplained()) == "a defect")
  }

  @Test("sentences of the same words and settings are equal, however they were put together")
  func equality() {
    let name = "a.png"
    #expect("\(name) is" + " gone" as Sentence == "a.png is gone")
    #expect("" + "give \(.output)" as Sentence == "give \(.output)")
    #expect("give \(.output)" as Sentence != "give 'output'")
    #expect("\(.keep, "all")" as Sentence != "\(.keep)")
  }

  @Test("a failure is path, problem and remedy, in one sentence")
  func failures() {
    let failure = Failure(.badData, path: "x.npy", "it is cut off", remedy: "obtain it again")
    #expect(failure.message == "x.npy: it is cut off; obtain it again")
    #expect("\(failure)" == failure.message && failure.reason == "it is cut off; obtain it again")
    #expect(failure.about("y.npy").message == "y.npy: it is cut off; obtain it again")
    #expect(failure.reclassified(as: .cannotCreate).kind == .cannotCreate)
    #expect(Failure(.usage, "no").message == "no")
  }

  @Test("advice is added where a failure has none of its own")
  func advice() {
    let bare = Failure(.cannotCreate, path: "f", "cannot create it: no space")
    #expect(bare.advising("make room").message == "f: cannot create it: no space; make room")
    #expect(bare.advising("make room").advising("give up").remedy == "make room")
  }

  @Test("an unknown name is a usage error for a model or command, else bad data")
  func unknownNames() {
    let model = UnknownName(.model, name: "resnet5O", known: ["resnet50"])
    #expect(model.kind == .usage)
    #expect(model.description == "there is no model named 'resnet5O'; the nearest are resnet50")
    let layer = UnknownName(.recordedLayer(dump: "out"), name: "fc", known: [])
    #expect(layer.kind == .badData && layer.description == "there is no layer in out named 'fc'")
  }

  @Test("names of settings are plain words")
  func names() {
    #expect(Setting.batchSize.name == "batch size" && Setting.catch.words == ["catch"])
    #expect(Setting.allCases.allSatisfy { $0.name == $0.name.lowercased() })
  }
}
