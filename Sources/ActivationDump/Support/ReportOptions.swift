import ArgumentParser

/// Whether results are printed for people or as one JSON document.
protocol Reporting: ParsableArguments {
  var json: Bool { get }
}

extension Reporting {
  /// Prints results as a document if that was asked for, else as `text` prints them.
  ///
  /// - Throws: What the encoding, or `text`, throws.
  func print<Results: Encodable>(
    _ results: @autoclosure () throws -> Results, asText text: () throws -> Void
  ) throws {
    if json { try Console.result(json: try results()) } else { try text() }
  }
}

/// How the results of a command are printed.
struct ReportOptions: Reporting {
  @Flag(help: "Print JSON.")
  var json = false
}

/// How the results of a command that takes long are printed.
struct SummaryOptions: Reporting {
  @Flag(help: "Print JSON at the end.")
  var json = false
}
