private import Glibc

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file in the same folder; ``commit()`` brings them to disk and renames. Without it
/// the temporary file is removed, and what was under the name before stays.
package final class AtomicFile {
  private let path: String
  /// `nil` for a device or a pipe, which is written itself.
  private let temporary: String?
  private var descriptor: Int32

  /// Creates the temporary file. A link in the place of the file will be replaced, not followed.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` when the folder is missing or cannot be written to.
  package init(_ path: String) throws(Failure) {
    self.path = path
    let (name, descriptor) = try Self.createTemporary(for: path)
    (temporary, self.descriptor) = (name, descriptor)
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
      let (name, descriptor) = try Self.createTemporary(for: self.path)
      (temporary, self.descriptor) = (name, descriptor)
    case .folder?: throw Failure(.cannotCreate, path: path, cannot: "create it", code: EISDIR)
    case .other?:
      (self.path, temporary) = (path, nil)
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw Failure(.cannotCreate, path: path, cannot: "write it", code: errno) }
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    if let temporary { unlink(temporary) }
  }

  private static func createTemporary(for path: String) throws(Failure) -> (name: String, descriptor: Int32) {
    // A name that is itself too long would show only at the end.
    var status = stat()
    if lstat(path, &status) != 0, errno == ENAMETOOLONG {
      throw Failure(.cannotCreate, path: path, cannot: "create it", code: ENAMETOOLONG)
    }
    // Not mkstemp, whose files only their owner may read, whatever the user's mask says.
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    while true {
      let suffix = "\(String(UInt32.random(in: .min ... .max), radix: 36)).tmp"
      var name = "\(path).\(suffix)"
      var descriptor = open(name, flags, 0o666)
      if descriptor < 0 && errno == ENAMETOOLONG {
        // The name leaves no room for more: one by itself, in the same folder.
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        name = "\(folder).\(suffix)"
        descriptor = open(name, flags, 0o666)
      }
      if descriptor >= 0 { return (name, descriptor) }
      guard errno == EEXIST else {
        throw Failure(.cannotCreate, path: path, cannot: "create it", code: errno)
      }
    }
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`, when the disk is full say.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var rest = bytes
    while let base = rest.baseAddress, !rest.isEmpty {
      let count = write(descriptor, base, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Failure(.writeFailed, path: path, cannot: "write it", code: errno) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
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
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Failure(.writeFailed, path: path, cannot: "write it", code: errno) }
      done += count
    }
  }

  /// Brings the bytes to disk and gives the file its name.
  ///
  /// - Parameter durably: Whether a power loss must not undo it: costs a trip to the disk, for every file. Without, call
  ///   ``FileSystem/synchronizeAll()`` after many files.
  /// - Throws: ``Failure`` of kind `writeFailed`; the temporary file is then removed.
  package func commit(durably: Bool = true) throws(Failure) {
    guard let temporary else {
      close(descriptor)
      descriptor = -1
      return
    }
    guard !durably || fsync(descriptor) == 0 else {
      throw Failure(.writeFailed, path: path, cannot: "write it", code: errno)
    }
    guard rename(temporary, path) == 0 else {
      throw Failure(.writeFailed, path: path, cannot: "create it", code: errno)
    }
    close(descriptor)
    descriptor = -1
    if durably { FileSystem.synchronizeFolder(of: path) }
  }
}
