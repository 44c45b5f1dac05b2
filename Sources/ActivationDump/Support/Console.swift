import ArgumentParser
import Foundation
import Machine
import Synchronization

/// The output of the program: results to standard output, everything else to standard error.
enum Console {
  /// Prints a line of results.
  static func result(_ line: String) { print(line + "\n") }

  /// Prints a document of results.
  ///
  /// - Throws: The errors of the encoding.
  static func result(json body: some Encodable) throws {
    print(String(decoding: try document(body), as: UTF8.self))
  }

  /// Returns a document of results, with the version number of its format.
  ///
  /// - Throws: The errors of the encoding.
  static func document(_ body: some Encodable) throws -> Data { try JSON.encode(Document(body: body)) }

  /// Prints text that ends in a newline, or writes it to a file, which appears only when complete.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  static func write(_ text: String, to path: String?) throws {
    guard let path else { return print(text) }
    let file = try TextFile(output: path)
    try file.append(text)
    try file.commit()
  }

  /// Writes to standard output. ``end(with:)`` reports an error of the write.
  private static func print(_ text: String) {
    if StandardStream.output.wasClosed && !isSummary { StandardStream.output.fail(EBADF) }
    StandardStream.output.write(text)
  }

  /// Whether the printed results only summarise files and the exit code; see ``SummarizingCommand``.
  private static var isSummary: Bool { summary.load(ordering: .relaxed) }
  private static let summary = Atomic(false)

  /// Records the kind of results that the command will print.
  static func expectResults(of command: any ParsableCommand) {
    summary.store((command as? any SummarizingCommand)?.printsOnlySummary ?? false, ordering: .relaxed)
  }

  /// Ends the process. A successful command whose results could not be written fails, unless their reader has
  /// closed the pipe and so wanted no more.
  static func end(with status: Int32) -> Never {
    guard let code = StandardStream.output.failure, code != EPIPE, status == 0 || status == 1 else {
      exit(status)
    }
    let reason = StandardStream.output.wasClosed ? "it is closed" : String(cString: strerror(code))
    note(
      "error: cannot write to standard output: \(reason); "
        + (isSummary
          ? "only this summary is lost, what the command did is done" : "give it a place for the results"))
    exit(ExitStatus.writeFailed.rawValue)
  }

  /// Prints a note that is not a result; the note is lost if it cannot be written.
  static func note(_ line: Sentence) {
    StandardStream.errors.write(PathText.shown(line.forCommandLine) + "\n")
  }

  /// Whether standard error is a terminal that can redraw a line.
  static var isInteractive: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Whether colours may be used: https://no-color.org.
  static var usesColor: Bool { (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty }

  /// Prints rows in columns, numbers aligned to the right. The last column may be shortened to fit the width
  /// of a line.
  static func table(
    _ header: [String], _ rows: [[String]], right: Set<Int> = [], mayShortenLast: Bool = false
  ) {
    let whole = [header] + rows
    let lines = mayShortenLast ? TableWidth.fitted(whole, to: TableWidth.available) : whole
    print(TextTable.lines(lines, right: right).map { $0 + "\n" }.joined())
  }
}

/// A document with the version number of its format.
private struct Document<Body: Encodable>: Encodable {
  let body: Body

  enum CodingKeys: CodingKey { case schema }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(1, forKey: .schema)
    try body.encode(to: encoder)
  }
}

/// The version of the program.
enum Version {
  static let text = toolVersion
}
