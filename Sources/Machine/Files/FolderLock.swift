import Foundation

/// A lock that keeps other processes from writing to a folder. It lasts as long as this object, or until the
/// process ends, even after a crash.
package final class FolderLock: Sendable {
  /// The name of the locked file. The file is not removed.
  package static let name = "lock"

  /// A warning if the file system has no locks, so that other processes are not kept out.
  package let warning: String?

  private let file: Descriptor

  /// Locks a folder.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` when another process holds the lock.
  package init(_ folder: String) throws(Failure) {
    let path = "\(folder)/\(Self.name)"
    var found = try Self.lock(path, folder)
    // A process that finishes removes the file. A lock on the removed file is void, so the next file is
    // tried.
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
    // Some network file systems have no locks; the user must then avoid concurrent writers.
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
