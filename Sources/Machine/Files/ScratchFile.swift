/// A file of numbers with random access, which is never truncated.
package final class ScratchFile: Sendable {
  private let path: String
  private let file: Descriptor

  /// Opens the file and creates it if it is missing, or opens it only for reading.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`, or `inputMissing` if the file is only read.
  package init(_ path: String, reading: Bool = false) throws(Failure) {
    self.path = path
    do { file = try Descriptor(path, reading ? .read : .updateOrCreate) } catch {
      throw reading
        ? Failure(.inputMissing, "cannot read \(path): \(error)")
        : Failure(.cannotCreate, "cannot create \(path): \(error)")
    }
  }

  /// Writes bytes at an offset.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Failure) {
    try Disk.write(bytes, at: offset, to: file, path: path)
  }

  /// Reads bytes at an offset.
  ///
  /// - Returns: Whether the file has all of the bytes.
  package func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Bool {
    (try? file.readAll(at: offset, into: bytes)) == bytes.count
  }

  /// Forces the file to the disk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func synchronize() throws(Failure) {
    do { try file.synchronize() } catch {
      throw Failure(.writeFailed, "cannot write \(path) to the disk: \(error)")
    }
  }
}
