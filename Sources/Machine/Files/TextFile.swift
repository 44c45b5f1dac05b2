/// A text written in pieces, which appears under its name only when it is whole.
package final class TextFile {
  private let path: String
  private let file: AtomicFile
  private var buffer: [UInt8] = []

  /// Starts the file beside its final place.
  ///
  /// - Throws: ``RecordingError`` of kind `cannotCreate`.
  package init(_ path: String) throws(RecordingError) {
    self.path = path
    do { file = try AtomicFile(path) } catch { throw Self.refusal(error) }
  }

  /// As `init(_:)`, for a path that the user chose: a link is followed, and a pipe is written to.
  ///
  /// - Throws: ``RecordingError`` of kind `cannotCreate`.
  package init(output path: String) throws(RecordingError) {
    self.path = path
    do { file = try AtomicFile(output: path) } catch { throw Self.refusal(error) }
  }

  /// Adds bytes of text at the end.
  ///
  /// - Throws: ``RecordingError`` of kind `writeFailed`.
  package func append(_ bytes: some Sequence<UInt8>) throws(RecordingError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= 1 << 18 { try flush() }
  }

  /// Adds text at the end.
  ///
  /// - Throws: ``RecordingError`` of kind `writeFailed`.
  package func append(_ text: String) throws(RecordingError) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= 1 << 18 { try flush() }
  }

  /// Moves the file to its place once its bytes are on the disk.
  ///
  /// - Throws: ``RecordingError`` of kind `writeFailed`; the old file then stays.
  package func commit() throws(RecordingError) {
    try flush()
    do { try file.commit() } catch { throw RecordingError(.writeFailed, "\(error)") }
  }

  private static func refusal(_ error: FileError) -> RecordingError {
    // What is wrong with a link says itself what to do.
    let advice = error.code == 0 ? "" : "; choose another place, or make its folder first"
    return RecordingError(.cannotCreate, "\(error)\(advice)")
  }

  private func flush() throws(RecordingError) {
    do { try file.append(buffer) } catch { throw RecordingError(.writeFailed, "\(error)") }
    buffer.removeAll(keepingCapacity: true)
  }
}
