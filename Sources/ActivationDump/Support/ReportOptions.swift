import ArgumentParser

/// The choice between results as text and as one JSON document.
protocol Reporting: ParsableArguments {
  var json: Bool { get }
}

extension Reporting {
  /// Prints results as a document if requested, otherwise as `text` prints them.
  ///
  /// - Throws: The errors of the encoding, or of `text`.
  func print<Results: Encodable>(
    _ results: @autoclosure () throws -> Results, asText text: () throws -> Void
  ) throws {
    if json { try Console.result(json: try results()) } else { try text() }
  }
}

/// The options for printing the results of a command.
struct ReportOptions: Reporting {
  @Flag(help: "Print JSON.")
  var json = false
}

/// The options for printing the results of a command that takes long.
struct SummaryOptions: Reporting {
  @Flag(help: "Print JSON at the end.")
  var json = false
}
