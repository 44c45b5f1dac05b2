import Foundation

/// Keeps other processes from writing to a folder, for as long as it lives or until the process ends, however it does.
package final class FolderLock: Sendable {
  /// The name of the file that is locked; it stays.
  package static let name = "lock"

  /// Why nothing keeps other processes away, where the file system knows no locks.
  package let warning: String?

  private let descriptor: Int32

  /// Locks a folder.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate` when another process has it locked.
  package init(_ folder: String) throws(Failure) {
    let path = "\(folder)/\(Self.name)"
    var found: (descriptor: Int32, warning: String?) = (-1, nil)
    // Whoever finishes removes the file: then this one has locked nothing, and tries the next.
    repeat {
      if found.descriptor >= 0 { close(found.descriptor) }
      found = try Self.lock(path, folder)
    } while !Self.isStill(found.descriptor, at: path)
    (descriptor, warning) = found
    let holder = "process \(getpid()) on \(machineName)"
    _ = ftruncate(descriptor, 0)
    try? Disk.write(Array(holder.utf8), at: 0, to: descriptor, path: path)
  }

  deinit { close(descriptor) }

  private static func lock(_ path: String, _ folder: String) throws(Failure) -> (Int32, String?) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw Failure(.cannotCreate, "cannot create \(path): \(Disk.lastError)")
    }
    switch FileLock.lock(descriptor) {
    case .locked: return (descriptor, nil)
    // Some network file systems know no locks; there it is up to the user.
    case .unavailable(let reason):
      return (descriptor, "\(folder) cannot be locked (\(reason)); do not write to it twice at once")
    case .taken: close(descriptor)
    }
    let holder = Disk.data(of: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    throw Failure(
      .cannotCreate,
      "\(folder) is being written by another process\(holder.isEmpty ? "" : " (\(holder))")",
      remedy: "wait for it or stop it"
    )
  }

  private static func isStill(_ descriptor: Int32, at path: String) -> Bool {
    var (mine, named) = (stat(), stat())
    return fstat(descriptor, &mine) == 0 && stat(path, &named) == 0 && mine.st_ino == named.st_ino
      && mine.st_dev == named.st_dev
  }
}
