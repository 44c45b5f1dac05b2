package import Foundation

/// File operations that need more care than Foundation takes: durability, order, and the system's error
/// message.
package enum Disk {
  /// The error message of the last failed system call.
  package static var lastError: String { String(cString: strerror(errno)) }

  /// Whether a path names a directory; `nil` if the path does not exist.
  package static func isDirectory(_ path: String) -> Bool? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a path names a regular file, which allows random access.
  package static func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// As ``isDirectory(_:)-(String)``, for a path of arbitrary bytes.
  package static func isDirectory(_ path: [UInt8]) -> Bool? {
    var status = stat()
    guard path.withPath({ stat($0, &status) }) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  /// The contents of a file; `nil` if the file cannot be read, for the reason in ``lastError``.
  package static func data(of path: String) -> Data? {
    do { return Data(try bytes(of: Descriptor(path, .read), atMost: .max)) } catch {
      errno = error.code
      return nil
    }
  }

  /// Reads an open file to its end, or until more than `limit` bytes are read.
  ///
  /// - Throws: ``SystemError``.
  static func bytes(of file: Descriptor, atMost limit: Int) throws(SystemError) -> [UInt8] {
    let status = try file.status()
    if status.st_mode & S_IFMT == S_IFDIR { throw SystemError(code: EISDIR) }
    var bytes: [UInt8] = []
    var room = min(max(Int(status.st_size) + 1, 1 << 16), 1 << 26)
    while bytes.count <= limit {
      let before = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: room))
      let count = try bytes.withUnsafeMutableBufferPointer { (bytes) throws(SystemError) in
        try file.read(
          into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[before...]))
      }
      bytes.removeLast(room - count)
      if count == 0 { break }
      room = max(1 << 16, min(room, 1 << 20))
    }
    return bytes
  }

  /// The length of a file.
  package static func size(of path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// The path of an entry in a folder, in the form that a user would write: without `./` for the working
  /// directory.
  package static func path(of name: some Collection<UInt8>, in folder: some BidirectionalCollection<UInt8>)
    -> [UInt8]
  {
    let slash = UInt8(ascii: "/")
    if name.first == slash || folder.elementsEqual([UInt8(ascii: ".")]) { return Array(name) }
    return Array(folder) + (folder.last == slash ? [] : [slash]) + name
  }

  /// The bytes of a file; `nil` if the file does not exist.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` when the file exists and cannot be read, because its
  ///   contents are then unknown.
  package static func contents(of path: String) throws(Failure) -> Data? {
    if let data = data(of: path) { return data }
    guard errno == ENOENT else { throw Failure(.inputMissing, "cannot read \(path): \(lastError)") }
    return nil
  }

  /// Removes a file, or a folder with its contents. Does nothing if the path does not exist.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`, because the caller creates an output at the path.
  package static func remove(_ path: String) throws(Failure) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return }
      throw Failure(.cannotCreate, "cannot remove \(path): \(lastError)")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      guard unlink(path) == 0 || errno == ENOENT else {
        throw Failure(.cannotCreate, "cannot remove \(path): \(lastError)")
      }
      return
    }
    for name in try names(in: path) { try remove("\(path)/\(name)") }
    guard rmdir(path) == 0 || errno == ENOENT else {
      throw Failure(.cannotCreate, "cannot remove \(path): \(lastError)")
    }
  }

  /// The names in a directory, sorted bytewise.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` when the directory cannot be read.
  package static func names(in directory: String) throws(Failure) -> [String] {
    try entries(of: directory).map { PathText.text($0.name) }
  }

  /// The working directory; `nil` if it has been removed.
  package static var workingDirectory: [UInt8]? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return UnsafeBufferPointer(start: path, count: strlen(path)).map { UInt8(bitPattern: $0) }
  }

  /// Writes all bytes at an offset, with as many system calls as necessary.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package static func write(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, to file: Descriptor, path: String
  ) throws(Failure) {
    do { try file.writeAll(bytes, at: offset) } catch {
      throw Failure(.writeFailed, "cannot write to \(path): \(error)")
    }
  }

  /// Writes all bytes at an offset.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package static func write(
    _ bytes: [UInt8], at offset: Int, to file: Descriptor, path: String
  ) throws(Failure) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in
      try write(UnsafeRawBufferPointer(bytes), at: offset, to: file, path: path)
    }
  }

  /// The free bytes of a folder's file system; `nil` if the system does not report them.
  package static func freeBytes(at path: String) -> Int? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    let (bytes, overflow) = UInt(status.f_bavail).multipliedReportingOverflow(by: UInt(status.f_frsize))
    return overflow ? nil : Int(clamping: bytes)
  }

  /// The entries of a directory, without `.` and `..`, sorted bytewise.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` when the directory cannot be read.
  package static func entries(of directory: String) throws(Failure) -> [Entry] {
    try entries(of: PathText.bytes(of: directory))
  }

  /// As ``entries(of:)-(String)``, for a path of arbitrary bytes.
  package static func entries(of directory: [UInt8]) throws(Failure) -> [Entry] {
    guard let handle = directory.withPath({ opendir($0) }) else { throw unreadable(directory) }
    defer { closedir(handle) }
    var entries: [Entry] = []
    while true {
      // `errno` is the only difference between an error and the end.
      errno = 0
      guard let entry = readdir(handle) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name == Array(".".utf8) || name == Array("..".utf8) { continue }
      entries.append(Entry(name: name, type: entry.pointee.d_type))
    }
    guard errno == 0 else { throw unreadable(directory) }
    return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }
  }

  /// Returns the failure of the last system call, for a folder that it could not read.
  package static func unreadable(_ folder: [UInt8]) -> Failure {
    let isTooDeep = errno == ENAMETOOLONG
    var name = EscapedText.escaped(folder[...])
    // The end of a path that is too long says less than its beginning.
    if isTooDeep, name.count > 200 { name = "\(name.prefix(200))…" }
    return Failure(
      .inputMissing,
      "cannot read the folder \(name): \(lastError)",
      remedy: isTooDeep ? "paths have \(PATH_MAX - 1) bytes at most: move what is in it further up" : nil)
  }

  /// One name in a directory.
  package struct Entry {
    /// The bytes of the name. File systems do not guarantee UTF-8.
    package let name: [UInt8]
    fileprivate let type: UInt8

    /// Whether the entry is a directory or a link to one.
    package func isDirectory(in directory: String) -> Bool { isDirectory(in: PathText.bytes(of: directory)) }

    /// Whether the entry is a directory or a link to one. An entry that cannot be examined is an error,
    /// unless its name is that of a file. Such an entry is reported as a file that cannot be read.
    ///
    /// - Throws: ``Failure`` of kind `inputMissing`.
    package func isFolder(
      in directory: [UInt8], isNamedAsFile: @autoclosure () -> Bool
    ) throws(Failure) -> Bool {
      if Int(type) == Int(DT_DIR) || Int(type) == Int(DT_REG) { return Int(type) == Int(DT_DIR) }
      let path = directory + [UInt8(ascii: "/")] + name
      if let isDirectory = Disk.isDirectory(path) { return isDirectory }
      // A dangling link, or a cycle of links.
      if [ENOENT, ENOTDIR, ELOOP].contains(errno) || isNamedAsFile() { return false }
      throw Disk.unreadable(path)
    }

    /// As ``isDirectory(in:)-(String)``, in a directory whose path is arbitrary bytes.
    package func isDirectory(in directory: [UInt8]) -> Bool {
      switch Int(type) {
      case Int(DT_DIR): true
      case Int(DT_REG): false
      default: Disk.isDirectory(directory + [UInt8(ascii: "/")] + name) ?? false
      }
    }
  }
}
