import Foundation
package import Machine
package import Tensor

/// A `.npy` file of rows. The file has its full length from the start, and its rows are written in any order.
///
/// Different threads may write different rows at the same time: every write has its own offset.
package final class ArrayFile: Sendable {
  /// The path of the file.
  let path: String
  /// The number of rows, and the number of values in each row.
  let rows: Int, rowLength: Int
  /// The type and order of the values in the file.
  let format: ArrayFormat

  let headerBytes: Int
  /// Whether the file is open for reading only.
  private let isReadOnly: Bool
  /// The file, open as long as this object lives; `nil` if too many files would be open.
  private let file: Descriptor?

  private var rowBytes: Int { rowLength * format.elementType.byteCount }
  private var byteCount: Int { headerBytes + rows * rowBytes }

  /// Creates the file at its full length. Rows that are not written read as zeros and use no disk space.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  package init(
    creating path: String, rows: Int, rowShape: Shape, format: ArrayFormat = ArrayFormat(), keepOpen: Bool
  ) throws(Failure) {
    (self.path, self.rows, rowLength, self.format) = (path, rows, rowShape.count, format)
    let header = format.header(rows: rows, rowShape: rowShape)
    headerBytes = header.count
    isReadOnly = false
    let file: Descriptor
    do { file = try Descriptor(path, .replace) } catch {
      throw Failure(.cannotCreate, "cannot create \(path): \(error)")
    }
    self.file = keepOpen ? file : nil
    do { try file.resize(to: byteCount) } catch {
      throw Failure(
        .writeFailed, "cannot make \(path) \(byteCount) bytes long: \(error)",
        remedy: "make room on the disk")
    }
    try Disk.write(header, at: 0, to: file, path: path)
  }

  /// Opens a file that `init(creating:)` made, to continue it or only to read it.
  ///
  /// - Throws: ``Failure`` of kind `badData` when the file is missing or is a different one; `inputMissing`
  ///   or `cannotCreate` when the file exists and cannot be read or written.
  package init(
    continuing path: String, rows: Int, rowShape: Shape, format: ArrayFormat = ArrayFormat(), keepOpen: Bool,
    readOnly: Bool = false
  ) throws(Failure) {
    (self.path, self.rows, rowLength, self.format) = (path, rows, rowShape.count, format)
    let header = format.header(rows: rows, rowShape: rowShape)
    headerBytes = header.count
    isReadOnly = readOnly
    let file: Descriptor
    do { file = try Descriptor(path, readOnly ? .read : .update) } catch {
      throw Self.refusal(to: readOnly ? "read" : "go on with", path, error)
    }
    self.file = keepOpen ? file : nil
    let found: [UInt8]
    do { found = try file.bytes(at: 0, count: header.count) } catch {
      throw Failure(.inputMissing, "cannot read \(path): \(error)")
    }
    guard found == header, FileVersion(file)?.size == byteCount else {
      throw Failure(
        .badData, "\(path) is not the file the dump began",
        remedy: "give \(.overwrite) to record everything again")
    }
  }

  private static func refusal(to act: String, _ path: String, _ error: SystemError) -> Failure {
    let reason = "cannot \(act) \(path): \(error)"
    if error.code == ENOENT {
      return Failure(.badData, "\(reason)", remedy: "give \(.overwrite) to record everything again")
    }
    // A user without write permission must not be advised to replace the file.
    return Failure(act == "read" ? .inputMissing : .cannotCreate, "\(reason)")
  }

  /// Adds the bytes of consecutive rows to a digest.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func update(_ hash: borrowing SHA256, with rows: Range<Int>) throws(Failure) {
    try withFile { file throws(Failure) in
      for run in runs(of: rows) {
        try Self.update(
          hash, from: run.offset, bytes: run.count, of: file, path, orThrow: readFailure)
      }
    }
  }

  /// Writes consecutive rows, rows × numbers, and adds the written bytes to a digest.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func write(
    rowsFrom row: Int, _ values: UnsafeBufferPointer<Float>, digesting hash: borrowing SHA256 = SHA256()
  ) throws(Failure) {
    let rows = row..<row + values.count / max(rowLength, 1)
    try format.withEncoded(values, rows: rows.count) { bytes throws(Failure) in
      try withFile { file throws(Failure) in
        var done = 0
        for run in runs(of: rows) {
          let piece = UnsafeRawBufferPointer(rebasing: bytes[done..<done + run.count])
          try Disk.write(piece, at: run.offset, to: file, path: path)
          done += run.count
        }
      }
      hash.update(bytes)
    }
  }

  /// The byte ranges of consecutive rows in the file: one range, or one for each unit if the file is
  /// unit-major.
  private func runs(of rows: Range<Int>) -> some Sequence<(offset: Int, count: Int)> {
    let size = format.elementType.byteCount
    let (runs, stride) = format.isUnitMajor ? (rowLength, self.rows * size) : (1, 0)
    let count = format.isUnitMajor ? rows.count * size : rows.count * rowBytes
    let start = headerBytes + rows.lowerBound * (format.isUnitMajor ? size : rowBytes)
    return (0..<runs).lazy.map { (start + $0 * stride, count) }
  }

  /// Copies all rows of another file into this file, starting at `row`.
  ///
  /// - Returns: The SHA-256 of the other file.
  /// - Throws: ``Failure`` of kind `writeFailed`, or `inputMissing` when the other file cannot be read.
  package func copy(_ source: ArrayFile, toRow row: Int) throws(Failure) -> String {
    let hash = SHA256()
    // In a unit-major file, each unit's values are copied to a different offset.
    let run = format.isUnitMajor ? source.rows * format.elementType.byteCount : source.rows * rowBytes
    let stride = format.isUnitMajor ? rows * format.elementType.byteCount : 0
    let start = headerBytes + row * (format.isUnitMajor ? format.elementType.byteCount : rowBytes)
    try withFile { file throws(Failure) in
      try source.withFile { from throws(Failure) in
        try Self.forEachPiece(from: 0, bytes: Int.max, of: from, source.path, orThrow: source.readFailure) {
          piece, offset throws(Failure) in
          hash.update(piece)
          // The header is not copied.
          var done = min(max(source.headerBytes - offset, 0), piece.count)
          while done < piece.count {
            let (unit, place) = (offset + done - source.headerBytes).quotientAndRemainder(dividingBy: run)
            let count = min(run - place, piece.count - done)
            let bytes = UnsafeRawBufferPointer(rebasing: piece[done..<done + count])
            try Disk.write(bytes, at: start + unit * stride + place, to: file, path: path)
            done += count
          }
        }
      }
    }
    return hash.finish()
  }

  /// Forces the rows to the disk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func synchronize() throws(Failure) {
    try withFile { file throws(Failure) in
      do { try file.synchronize() } catch {
        throw Failure(.writeFailed, "cannot write \(path) to the disk: \(error)")
      }
    }
  }

  /// Returns the SHA-256 of a file in its present state.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing`.
  package static func digest(ofFile path: String) throws(Failure) -> String {
    let file: Descriptor
    do { file = try Descriptor(path, .read) } catch {
      throw Failure(.inputMissing, "cannot open \(path): \(error)")
    }
    return try digest(of: file, path, orThrow: .inputMissing)
  }

  /// Returns the SHA-256 of this file in its present state.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`, or `inputMissing` if the file is open for reading only.
  package func digest() throws(Failure) -> String {
    try withFile { file throws(Failure) in
      try Self.digest(of: file, path, orThrow: readFailure)
    }
  }

  private func withFile<R>(_ body: (Descriptor) throws(Failure) -> R) throws(Failure) -> R {
    if let file { return try body(file) }
    let file: Descriptor
    do { file = try Descriptor(path, isReadOnly ? .read : .update) } catch {
      throw Failure(readFailure, "cannot open \(path) again: \(error)")
    }
    return try body(file)
  }

  /// The class of failure when the file cannot be read: that of an unfinished output, or that of an input.
  private var readFailure: Failure.Kind { isReadOnly ? .inputMissing : .writeFailed }

  private static func digest(
    of file: Descriptor, _ path: String, orThrow kind: Failure.Kind
  ) throws(Failure) -> String {
    let hash = SHA256()
    try update(hash, from: 0, bytes: Int.max, of: file, path, orThrow: kind)
    return hash.finish()
  }

  private static func update(
    _ hash: borrowing SHA256, from start: Int, bytes: Int, of file: Descriptor, _ path: String,
    orThrow kind: Failure.Kind
  ) throws(Failure) {
    try forEachPiece(from: start, bytes: bytes, of: file, path, orThrow: kind) { piece, _ in
      hash.update(piece)
    }
  }

  /// Reads bytes piece by piece, and passes each piece with its offset to `body`. The file is not
  /// memory-mapped, because mapped pages would count as memory of this process. Stops at the end of the file.
  private static func forEachPiece(
    from start: Int, bytes: Int, of file: Descriptor, _ path: String, orThrow kind: Failure.Kind,
    _ body: (UnsafeRawBufferPointer, Int) throws(Failure) -> Void
  ) throws(Failure) {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    var done = 0
    while done < bytes {
      let count: Int
      do {
        let room = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(piece.count, bytes - done)])
        count = try file.read(at: start + done, into: room)
      } catch { throw Failure(kind, "cannot read \(path): \(error)") }
      if count == 0 { return }
      try body(UnsafeRawBufferPointer(rebasing: piece[..<count]), start + done)
      done += count
    }
  }
}
