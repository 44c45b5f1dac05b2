private import Glibc

/// A file that appears under its name only when it is complete.
///
/// Bytes are written to a temporary file in the same folder. ``commit()`` forces them to the disk and renames
/// the file. Without a call of ``commit()`` the temporary file is removed, and an earlier file of that name
/// stays.
package final class AtomicFile {
  private let path: String
  /// The temporary file; `nil` for a device or a pipe, to which the bytes are written directly.
  private let temporary: String?
  /// The open file; `nil` after the commit.
  private var file: Descriptor?

  /// Creates the temporary file. A symbolic link at the path is replaced, not followed.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` when the folder is missing or cannot be written to.
  package init(_ path: String) throws(Failure) {
    self.path = path
    let (name, file) = try Self.createTemporary(for: path)
    (temporary, self.file) = (name, file)
  }

  /// Creates the temporary file for a path that the user chose. A symbolic link is followed and stays a link.
  /// A device or a pipe cannot be replaced; the bytes are written to it directly.
  ///
  /// - Throws: ``Failure`` as `init(_:)`, and when the path names a folder or a dangling link.
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
    // Checks the length of the final name now, because the rename would fail only at the end.
    var status = stat()
    if lstat(path, &status) != 0, errno == ENAMETOOLONG {
      throw Failure(.cannotCreate, path: path, cannot: "create it", code: ENAMETOOLONG)
    }
    // mkstemp is not used: it creates files that only their owner can read, whatever the umask.
    var isTooLong = false
    while true {
      let suffix = "\(String(UInt32.random(in: .min ... .max), radix: 36)).tmp"
      // If the name has no room for a suffix, the temporary name is the suffix alone, in the same folder.
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
  /// - Throws: ``Failure`` of kind `writeFailed`, for example when the disk is full.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    do { try file?.writeAll(bytes) } catch { throw unwritten(error) }
  }

  private func unwritten(_ error: SystemError) -> Failure {
    Failure(.writeFailed, path: path, cannot: "write it", code: error.code == 0 ? EIO : error.code)
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`, for example when the disk is full.
  package func append(_ bytes: [UInt8]) throws(Failure) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in
      try append(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Replaces bytes that were written before.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`, for example when the disk fails.
  package func replace(at offset: Int, with bytes: [UInt8]) throws(Failure) {
    do throws(SystemError) {
      try bytes.withUnsafeBufferPointer { (bytes) throws(SystemError) in
        try file?.writeAll(UnsafeRawBufferPointer(bytes), at: offset)
      }
    } catch { throw unwritten(error) }
  }

  /// Forces the bytes to the disk and renames the file to its final name.
  ///
  /// - Parameter durably: Whether the file must survive a power loss. This costs a synchronisation for every
  ///   file. Without it, call ``FileSystem/synchronizeAll()`` once after many files.
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
