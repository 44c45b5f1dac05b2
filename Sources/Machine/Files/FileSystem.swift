private import Glibc

/// Operations on the file system.
package enum FileSystem {
  /// Forces all written data to the disk. Called once after many files that were not synchronised one by one.
  package static func synchronizeAll() { sync() }

  /// Forces a rename to the disk. If the system cannot do so, the new name is lost only if the machine fails.
  package static func synchronizeFolder(of path: String) {
    try? Descriptor(PathText.folder(of: path), .readFolder).synchronize()
  }

  /// Creates a folder and its missing parents, with the permissions that the umask allows.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`; for a dangling link, the failure names the link.
  package static func createFolders(_ path: String) throws(Failure) {
    let code = try makeFolders(withoutTrailingSlashes(path))
    guard code == 0 else {
      throw Failure(
        .cannotCreate, "cannot create the folder \(path): \(String(cString: strerror(code)))",
        remedy: "choose another place")
    }
  }

  /// Creates the missing folders of a path.
  ///
  /// - Returns: The `errno` of the failed call, or 0.
  private static func makeFolders(_ path: String) throws(Failure) -> Int32 {
    guard mkdir(path, 0o777) != 0 else { return 0 }
    var code = errno
    if code == ENOENT || code == ELOOP, let parent = folder(of: path) {
      let above = try makeFolders(parent)
      guard above == 0 else { return above }
      code = mkdir(path, 0o777) == 0 ? 0 : errno
    }
    guard code != 0, kind(of: path) != .folder else { return 0 }
    try checkLink(path)
    // `ENOTDIR` explains the failure better than `EEXIST`.
    return code == EEXIST ? ENOTDIR : code
  }

  /// Refuses a path that is a dangling symbolic link, because neither a folder nor a file can be created
  /// there.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`, which names the link and its target.
  package static func checkLink(_ path: String) throws(Failure) {
    let path = withoutTrailingSlashes(path)
    guard kind(of: path) == nil, let destination = destination(of: path) else { return }
    throw Failure(
      .cannotCreate, path: path, "it is a symbolic link to \(destination), which does not exist",
      remedy: "make that first, or remove the link")
  }

  /// The kinds of file system objects.
  package enum Kind { case folder, file, other }

  /// The kind of object that a path names, with links followed; `nil` if the path does not exist.
  package static func kind(of path: String) -> Kind? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return switch status.st_mode & S_IFMT {
    case S_IFDIR: .folder
    case S_IFREG: .file
    default: .other
    }
  }

  /// The target of a symbolic link; `nil` for any other object.
  private static func destination(of path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = PathText.withBytes(of: path) { readlink($0, start, buffer.count) }
      guard count >= 0 else { return nil }
      return PathText.text(buffer[..<count].map { UInt8(bitPattern: $0) })
    }
  }

  /// The path of a file with all links resolved; `nil` if the path does not exist.
  static func resolved(_ path: String) -> String? {
    guard let result = PathText.withBytes(of: path, { realpath($0, nil) }) else { return nil }
    defer { free(result) }
    let bytes = UnsafeBufferPointer(start: result, count: strlen(result))
    return PathText.text(bytes.map { UInt8(bitPattern: $0) })
  }

  /// The parent folder of a path; `nil` if the path does not name one.
  private static func folder(of path: String) -> String? {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else { return nil }
    return withoutTrailingSlashes(String(path[..<slash]))
  }

  private static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.unicodeScalars.removeLast() }
    return path
  }
}
