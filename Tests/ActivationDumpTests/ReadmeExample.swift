import Foundation
import Inference
import Models
import TestSupport
import Testing

struct ReadmeExample {
  /// Runs the README's example, word for word.
  private func example(path: String) throws {
    // example:begin
    let network = try Network(
      .named("squeezenet1_1"), weights: .seeded(1), recording: ["features.12.expand3x3"])
    let record = try network.run(imageAt: path)
    print(record["features.12.expand3x3"][137], record.topLabels(5))
    // example:end
  }

  @Test("the README's example runs")
  func runs() throws {
    let folder = try TemporaryFolder()
    try example(path: folder.write(PNG.photograph(width: 300, height: 200, seed: 1), to: "photo.png"))
  }

  @Test("the README shows the example that runs")
  func isShown() throws {
    let readme = try String(contentsOfFile: repositoryFile("README.md"), encoding: .utf8)
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let shown = try #require(between("<!-- example:swift -->", "<!-- /example -->", in: readme))
    let run = try #require(between("// example:begin", "// example:end", in: source))
    let code = shown.split(separator: "\n").filter { !$0.hasPrefix("```") && !$0.hasPrefix("import ") }
    #expect(!code.isEmpty)
    #expect(words(code.joined(separator: "\n")) == words(run))
    for line in shown.split(separator: "\n") where line.hasPrefix("import ") {
      #expect(source.contains("\n\(line)\n"))
    }
  }

  private func between(_ start: String, _ end: String, in text: String) -> String? {
    guard let from = text.range(of: start)?.upperBound,
      let to = text.range(of: end, range: from..<text.endIndex)
    else { return nil }
    return String(text[from..<to.lowerBound])
  }

  /// Returns the code without white space, because line breaks do not matter.
  private func words(_ code: String) -> String { code.filter { !$0.isWhitespace } }
}
