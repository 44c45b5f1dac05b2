import Foundation

/// Keeps other processes from writing to a folder, for as long as it lives or until the process ends, however it does.
package final class FolderLock: Sendable {
  /// The name of the file that is locked; it stays.
  package static let name = "lock"

  /// Why nothing keeps other processes away, where the file system knows no locks.
  package let warning: String?

  private let file: Descriptor

  /// Locks a folder.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` when another process has it locked.
  package init(_ folder: String) throws(Failure) {
    let path = "\(folder)/\(Self.name)"
    var found = try Self.lock(path, folder)
    // Whoever finishes removes the file: then this one has locked nothing, and tries the next.
    while !Self.isStill(found.file, at: path) { found = try Self.lock(path, folder) }
    (file, warning) = found
    let holder = "process \(getpid()) on \(machineName)"
    try? file.resize(to: 0)
    try? Disk.write(Array(holder.utf8), at: 0, to: file, path: path)
  }

  private static func lock(
    _ path: String, _ folder: String
  ) throws(Failure) -> (file: Descriptor, warning: String?) {
    let file: Descriptor
    do { file = try Descriptor(path, .updateOrCreate) } catch {
      throw Failure(.cannotCreate, "cannot create \(path): \(error)")
    }
    switch FileLock.lock(file) {
    case .locked: return (file, nil)
    // Some network file systems know no locks; there it is up to the user.
    case .unavailable(let reason):
      return (file, "\(folder) cannot be locked (\(reason)); do not write to it twice at once")
    case .taken: break
    }
    let holder = Disk.data(of: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    throw Failure(
      .cannotCreate,
      "\(folder) is being written by another process\(holder.isEmpty ? "" : " (\(holder))")",
      remedy: "wait for it or stop it"
    )
  }

  private static func isStill(_ file: Descriptor, at path: String) -> Bool {
    var named = stat()
    guard let mine = try? file.status(), stat(path, &named) == 0 else { return false }
    return mine.st_ino == named.st_ino && mine.st_dev == named.st_dev
  }
}
