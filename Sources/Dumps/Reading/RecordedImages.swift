import Datasets
import Foundation
import Machine

/// The images of a dump, one a row: what its images.tsv says.
package struct RecordedImages: Sendable {
  /// Their paths and classes.
  private(set) var table = ImageTable()
  private var recorded: [Bool] = []
  private var statusOfRow: [Int: String] = [:]

  /// Reads the table.
  ///
  /// - Throws: ``Failure``, `inputMissing`, or `badData` with the line that is no row.
  init(_ path: String, rows: Int) throws(Failure) {
    guard let data = Disk.data(of: path) else {
      throw Failure(.inputMissing, "cannot read \(path): \(Disk.lastError)")
    }
    var lines = data.split(separator: 10, omittingEmptySubsequences: false)[...]
    guard let header = lines.popFirst(), header.elementsEqual(ImagesFile.header.utf8.dropLast()) else {
      throw Failure(.badData, "\(path) does not begin as the table of a dump's images does")
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    for (row, line) in lines.enumerated() {
      guard append(line, row) else {
        throw Failure(.badData, "line \(row + 2) of \(path) is not a row of a dump's images")
      }
    }
    guard count == rows else {
      throw Failure(.badData, "\(path) has \(count) rows where the manifest says \(rows)")
    }
  }

  /// Takes in one line; false when it is none.
  private mutating func append(_ line: Data.SubSequence, _ row: Int) -> Bool {
    let fields = line.split(separator: 9, omittingEmptySubsequences: false)
    guard fields.count == 4, let label = String(validating: fields[2], as: UTF8.self),
      let path = String(validating: fields[1], as: UTF8.self),
      let status = String(validating: fields[3], as: UTF8.self), label.isEmpty || Int32(label) != nil
    else { return false }
    table.append(EscapedText.unescapedBytes(path.utf8), label: Int32(label))
    recorded.append(status == "ok")
    if status != "ok" { statusOfRow[row] = EscapedText.unescaped(status) }
    return true
  }

  /// The number of rows.
  package var count: Int { table.count }

  /// The path of an image, as it was listed: relative to the folder or list the dump was given.
  ///
  /// What is not UTF-8 in it is replaced.
  package func path(ofRow row: Int) -> String { table.path(ofRow: row) }

  /// The bytes of ``path(ofRow:)``: what the file system calls it.
  func bytes(ofRow row: Int) -> ArraySlice<UInt8> { table.bytes(ofRow: row) }

  /// The class of an image, `nil` when it has none.
  package func label(ofRow row: Int) -> Int? { table.label(ofRow: row) }

  /// Whether the image was read: the rows of others are NaN.
  package func isRecorded(_ row: Int) -> Bool { recorded[row] }

  /// `ok`, or why the row is empty.
  package func status(ofRow row: Int) -> String { statusOfRow[row] ?? "ok" }

  /// How many were read.
  package var recordedCount: Int { recorded.count { $0 } }
}
