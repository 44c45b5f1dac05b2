/// A text that is written in pieces, and appears under its name only when it is complete.
package final class TextFile {
  private let path: String
  private let file: AtomicFile
  private var buffer: [UInt8] = []

  /// Creates the temporary file beside the final path.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package init(_ path: String) throws(Failure) {
    self.path = path
    do { file = try AtomicFile(path) } catch { throw error.advising(Self.elsewhere) }
  }

  /// As `init(_:)`, for a path that the user chose: a symbolic link is followed, and a pipe is written to
  /// directly.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package init(output path: String) throws(Failure) {
    self.path = path
    do { file = try AtomicFile(output: path) } catch { throw error.advising(Self.elsewhere) }
  }

  /// Writes a whole text. An existing file of that name is replaced.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  package static func write(_ bytes: some Sequence<UInt8>, to path: String) throws(Failure) {
    let file = try TextFile(path)
    try file.append(bytes)
    try file.commit()
  }

  /// Adds bytes of text at the end.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func append(_ bytes: some Sequence<UInt8>) throws(Failure) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= 1 << 18 { try flush() }
  }

  /// Adds text at the end.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func append(_ text: String) throws(Failure) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= 1 << 18 { try flush() }
  }

  /// Forces the bytes to the disk and renames the file to its final name.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`; the old file then stays.
  package func commit() throws(Failure) {
    try flush()
    try file.commit()
  }

  /// The remedy if a file cannot be created. The error of a dangling link states its own remedy.
  private static let elsewhere: Sentence = "choose another place, or make its folder first"

  private func flush() throws(Failure) {
    try file.append(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}
