/// A text written in pieces, which appears under its name only when it is whole.
package final class TextFile {
  private let path: String
  private let file: AtomicFile
  private var buffer: [UInt8] = []

  /// Starts the file beside its final place.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package init(_ path: String) throws(Failure) {
    self.path = path
    do { file = try AtomicFile(path) } catch { throw error.advising(Self.elsewhere) }
  }

  /// As `init(_:)`, for a path that the user chose: a link is followed, and a pipe is written to.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package init(output path: String) throws(Failure) {
    self.path = path
    do { file = try AtomicFile(output: path) } catch { throw error.advising(Self.elsewhere) }
  }

  /// Writes a whole text, which replaces what was under its name.
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

  /// Moves the file to its place once its bytes are on the disk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`; the old file then stays.
  package func commit() throws(Failure) {
    try flush()
    try file.commit()
  }

  /// What to do where a file cannot be made; what is wrong with a link says itself what to do.
  private static let elsewhere: Sentence = "choose another place, or make its folder first"

  private func flush() throws(Failure) {
    try file.append(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}
