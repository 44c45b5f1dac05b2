import Datasets
import Foundation
import Machine

/// The images of a dump, one per row, as listed in its images.tsv.
package struct RecordedImages: Sendable {
  /// Their paths and classes.
  private(set) var table = ImageTable()
  private var recorded: [Bool] = []
  private var statusOfRow: [Int: String] = [:]

  /// Reads the table.
  ///
  /// - Throws: ``Failure``, `inputMissing`, or `badData` with the number of the first invalid line.
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

  /// Appends one line; returns false when the line is invalid.
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

  /// Returns the path of an image as it was listed: relative to the folder or list that the dump was given.
  ///
  /// Bytes that are not UTF-8 are replaced.
  package func path(ofRow row: Int) -> String { table.path(ofRow: row) }

  /// Returns the bytes of ``path(ofRow:)``, which are the name in the file system.
  func bytes(ofRow row: Int) -> ArraySlice<UInt8> { table.bytes(ofRow: row) }

  /// Returns the class of an image, or `nil` when it has none.
  package func label(ofRow row: Int) -> Int? { table.label(ofRow: row) }

  /// Returns whether the image was read. The rows of other images are NaN.
  package func isRecorded(_ row: Int) -> Bool { recorded[row] }

  /// Returns `ok`, or the reason why the row has no values.
  package func status(ofRow row: Int) -> String { statusOfRow[row] ?? "ok" }

  /// The number of images that were read.
  package var recordedCount: Int { recorded.count { $0 } }
}
