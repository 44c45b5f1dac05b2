private import Glibc

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file in the same folder; ``commit()`` brings them to disk and renames. Without it
/// the temporary file is removed, and what was under the name before stays.
package final class AtomicFile {
  private let path: String
  /// `nil` for a device or a pipe, which is written itself.
  private let temporary: String?
  /// `nil` once it is whole.
  private var file: Descriptor?

  /// Creates the temporary file. A link in the place of the file will be replaced, not followed.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` when the folder is missing or cannot be written to.
  package init(_ path: String) throws(Failure) {
    self.path = path
    let (name, file) = try Self.createTemporary(for: path)
    (temporary, self.file) = (name, file)
  }

  /// Creates the temporary file for a path that the user chose. A link is followed, so that it stays one. What is not a
  /// file, a pipe say, cannot be replaced: it is written to.
  ///
  /// - Throws: ``Failure`` as `init(_:)`, and when the path is a folder or a link to nothing.
  package init(output path: String) throws(Failure) {
    try FileSystem.checkLink(path)
    switch FileSystem.kind(of: path) {
    case nil, .file?:
      self.path = FileSystem.resolved(path) ?? path
      let (name, file) = try Self.createTemporary(for: self.path)
      (temporary, self.file) = (name, file)
    case .folder?: throw Failure(.cannotCreate, path: path, cannot: "create it", code: EISDIR)
    case .other?:
      (self.path, temporary) = (path, nil)
      do { file = try Descriptor(path, .write) } catch {
        throw Failure(.cannotCreate, path: path, cannot: "write it", code: error.code)
      }
    }
  }

  deinit {
    if file != nil, let temporary { unlink(temporary) }
  }

  private static func createTemporary(for path: String) throws(Failure) -> (name: String, Descriptor) {
    // A name that is itself too long would show only at the end.
    var status = stat()
    if lstat(path, &status) != 0, errno == ENAMETOOLONG {
      throw Failure(.cannotCreate, path: path, cannot: "create it", code: ENAMETOOLONG)
    }
    // Not mkstemp, whose files only their owner may read, whatever the user's mask says.
    var isTooLong = false
    while true {
      let suffix = "\(String(UInt32.random(in: .min ... .max), radix: 36)).tmp"
      // Where the name leaves no room for more, one by itself, in the same folder.
      let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
      let name = isTooLong ? "\(folder).\(suffix)" : "\(path).\(suffix)"
      do { return (name, try Descriptor(name, .createNew)) } catch {
        if error.code == EEXIST { continue }
        if error.code == ENAMETOOLONG, !isTooLong {
          isTooLong = true
          continue
        }
        throw Failure(.cannotCreate, path: path, cannot: "create it", code: error.code)
      }
    }
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`, when the disk is full say.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    do { try file?.writeAll(bytes) } catch { throw unwritten(error) }
  }

  private func unwritten(_ error: SystemError) -> Failure {
    Failure(.writeFailed, path: path, cannot: "write it", code: error.code == 0 ? EIO : error.code)
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`, when the disk is full say.
  package func append(_ bytes: [UInt8]) throws(Failure) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in
      try append(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Replaces bytes that were added before.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`, when the disk fails say.
  package func replace(at offset: Int, with bytes: [UInt8]) throws(Failure) {
    do throws(SystemError) {
      try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
        try file?.writeAll(UnsafeRawBufferPointer(bytes), at: offset)
      }
    } catch { throw unwritten(error) }
  }

  /// Brings the bytes to disk and gives the file its name.
  ///
  /// - Parameter durably: Whether a power loss must not undo it: costs a trip to the disk, for every file. Without, call
  ///   ``FileSystem/synchronizeAll()`` after many files.
  /// - Throws: ``Failure`` of kind `writeFailed`; the temporary file is then removed.
  package func commit(durably: Bool = true) throws(Failure) {
    guard let temporary else {
      file = nil
      return
    }
    if durably { do { try file?.synchronize() } catch { throw unwritten(error) } }
    guard rename(temporary, path) == 0 else {
      throw Failure(.writeFailed, path: path, cannot: "create it", code: errno)
    }
    file = nil
    if durably { FileSystem.synchronizeFolder(of: path) }
  }
}
