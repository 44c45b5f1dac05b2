package import Foundation

/// The few file operations that need more care than Foundation takes: durable, in order, with the system's reason.
package enum Disk {
  /// What the last failed call says about itself.
  package static var lastError: String { String(cString: strerror(errno)) }

  /// Whether a path names a directory; `nil` when it names nothing.
  package static func isDirectory(_ path: String) -> Bool? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a path names a file whose bytes can be read in any order.
  package static func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// As ``isDirectory(_:)-(String)``, of a path that may be any bytes.
  package static func isDirectory(_ path: [UInt8]) -> Bool? {
    var status = stat()
    guard path.withPath({ stat($0, &status) }) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  /// What a file holds, `nil` where it cannot be read: ``lastError`` then says why.
  package static func data(of path: String) -> Data? {
    do { return Data(try bytes(of: Descriptor(path, .read), atMost: .max)) } catch {
      errno = error.code
      return nil
    }
  }

  /// Reads what is open to its end, or until there are more bytes than `limit`.
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

  /// The path of what a folder holds, as a user would write it: without a `./` before what is in the working directory.
  package static func path(of name: some Collection<UInt8>, in folder: some BidirectionalCollection<UInt8>)
    -> [UInt8]
  {
    let slash = UInt8(ascii: "/")
    if name.first == slash || folder.elementsEqual([UInt8(ascii: ".")]) { return Array(name) }
    return Array(folder) + (folder.last == slash ? [] : [slash]) + name
  }

  /// Creates a directory and those above it.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package static func createDirectory(_ path: String) throws(Failure) {
    try FileSystem.createFolders(path)
  }

  /// Refuses an output that is a symbolic link to nothing.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package static func checkLink(_ path: String) throws(Failure) {
    try FileSystem.checkLink(path)
  }

  /// The bytes of a file; `nil` when there is none.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` when it is there and cannot be read: what it says is then not known.
  package static func contents(of path: String) throws(Failure) -> Data? {
    if let data = data(of: path) { return data }
    guard errno == ENOENT else { throw Failure(.inputMissing, "cannot read \(path): \(lastError)") }
    return nil
  }

  /// Removes a file, or a folder with everything in it; what is not there need not be removed.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`: something is to be made in its place.
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
  /// - Throws: ``Failure`` of kind `inputMissing` when it cannot be read.
  package static func names(in directory: String) throws(Failure) -> [String] {
    try entries(of: directory).map { PathText.text($0.name) }
  }

  /// The working directory, `nil` where it has been removed.
  package static var workingDirectory: [UInt8]? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return UnsafeBufferPointer(start: path, count: strlen(path)).map { UInt8(bitPattern: $0) }
  }

  /// Writes all bytes at an offset, however many calls it takes.
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

  /// The bytes a folder's file system has room for, `nil` where that is not known.
  package static func freeBytes(at path: String) -> Int? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    let (bytes, overflow) = UInt(status.f_bavail).multipliedReportingOverflow(by: UInt(status.f_frsize))
    return overflow ? nil : Int(clamping: bytes)
  }

  /// The entries of a directory, without `.` and `..`, sorted bytewise.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` when it cannot be read.
  package static func entries(of directory: String) throws(Failure) -> [Entry] {
    try entries(of: PathText.bytes(of: directory))
  }

  /// As ``entries(of:)-(String)``, of a path that may be any bytes.
  package static func entries(of directory: [UInt8]) throws(Failure) -> [Entry] {
    guard let handle = directory.withPath({ opendir($0) }) else { throw unreadable(directory) }
    defer { closedir(handle) }
    var entries: [Entry] = []
    while true {
      // Only this tells an error from the end.
      errno = 0
      guard let entry = readdir(handle) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name == Array(".".utf8) || name == Array("..".utf8) { continue }
      entries.append(Entry(name: name, type: entry.pointee.d_type))
    }
    guard errno == 0 else { throw unreadable(directory) }
    return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }
  }

  /// The error of the last call, about a folder that it could not read.
  package static func unreadable(_ folder: [UInt8]) -> Failure {
    let isTooDeep = errno == ENAMETOOLONG
    var name = EscapedText.escaped(folder[...])
    // The end of what is too long says less than its beginning.
    if isTooDeep, name.count > 200 { name = "\(name.prefix(200))…" }
    return Failure(
      .inputMissing,
      "cannot read the folder \(name): \(lastError)",
      remedy: isTooDeep ? "paths have \(PATH_MAX - 1) bytes at most: move what is in it further up" : nil)
  }

  /// One name in a directory.
  package struct Entry {
    /// The bytes of the name: file systems do not promise UTF-8.
    package let name: [UInt8]
    fileprivate let type: UInt8

    /// Whether this is a directory or a link to one.
    package func isDirectory(in directory: String) -> Bool { isDirectory(in: PathText.bytes(of: directory)) }

    /// Whether this is a directory or a link to one; what cannot be found out is an error, unless the name says that
    /// it is a file, which then is one that cannot be read.
    ///
    /// - Throws: ``Failure`` of kind `inputMissing`.
    package func isFolder(
      in directory: [UInt8], isNamedAsFile: @autoclosure () -> Bool
    ) throws(Failure) -> Bool {
      if Int(type) == Int(DT_DIR) || Int(type) == Int(DT_REG) { return Int(type) == Int(DT_DIR) }
      let path = directory + [UInt8(ascii: "/")] + name
      if let isDirectory = Disk.isDirectory(path) { return isDirectory }
      // A link to nothing, or to itself.
      if [ENOENT, ENOTDIR, ELOOP].contains(errno) || isNamedAsFile() { return false }
      throw Disk.unreadable(path)
    }

    /// As ``isDirectory(in:)-(String)``, in a directory whose path may be any bytes.
    package func isDirectory(in directory: [UInt8]) -> Bool {
      switch Int(type) {
      case Int(DT_DIR): true
      case Int(DT_REG): false
      default: Disk.isDirectory(directory + [UInt8(ascii: "/")] + name) ?? false
      }
    }
  }
}
