private import Glibc
import Machine

/// The partial file of a download: `<path>.part` with the bytes, and `<path>.part.origin` with their address
/// and the server's validator.
///
/// The file is locked while open, so that two downloads of one file cannot mix their bytes.
final class PartialFile {
  let path: String
  private let target: String
  private var descriptor: Int32
  /// A warning that other downloads are not excluded, when the file system does not support locks.
  let warning: String?
  /// The number of bytes received so far.
  private(set) var count: Int

  private var originPath: String { path + ".origin" }

  /// Opens or creates the partial file of a target.
  ///
  /// - Throws: ``CheckpointError`` when the partial file cannot be created or another process is writing it.
  init(for target: String) throws(CheckpointError) {
    self.target = target
    path = target + ".part"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw CheckpointError(path: path, reason: "cannot create it: \(Self.systemReason)", kind: .cannotCreate)
    }
    count = 0
    switch FileLock.lock(descriptor) {
    case .locked: warning = nil
    case .taken:
      close(descriptor)
      throw CheckpointError(path: path, reason: "another fetch is writing it", kind: .cannotCreate)
    case .unavailable(let reason):
      warning = "\(path) cannot be locked (\(reason)); do not fetch the same file twice at once"
    }
    count = max(0, Int(lseek(descriptor, 0, SEEK_END)))
  }

  deinit { release() }

  /// Closes the file and releases its lock. A URL session may keep its delegate, and so this object, for some
  /// time.
  func release() {
    guard descriptor >= 0 else { return }
    if count == 0 { discard() }  // nothing to resume
    close(descriptor)
    descriptor = -1
  }

  private static var systemReason: String { String(cString: strerror(errno)) }

  private func failure(_ action: String) -> CheckpointError {
    CheckpointError(path: path, reason: "cannot \(action): \(Self.systemReason)", kind: .writeFailed)
  }

  /// Returns the validator stored for bytes from this address. It is `nil` when none is stored or the bytes
  /// are from another address.
  func validator(for address: String) -> (isFromAddress: Bool, validator: String?) {
    guard let file = try? MappedFile(originPath), let text = file.region.utf8 else { return (false, nil) }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first.map(String.init) == address else { return (false, nil) }
    return (true, lines.count > 1 && !lines[1].isEmpty ? String(lines[1]) : nil)
  }

  /// Discards the bytes and stores the address and validator of the next ones.
  func restart(from address: String, validator: String?) throws(CheckpointError) {
    guard ftruncate(descriptor, 0) == 0 else { throw failure("write it") }
    count = 0
    do throws(FileError) {
      let file = try AtomicFile(originPath)
      try file.append(Array("\(address)\n\(validator ?? "")\n".utf8))
      try file.commit()
    } catch { throw CheckpointError(path: error.path, reason: error.reason, kind: .writeFailed) }
  }

  /// Appends bytes.
  func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var rest = bytes
    while let base = rest.baseAddress, !rest.isEmpty {
      let written = pwrite(descriptor, base, rest.count, off_t(count))
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure("write it") }
      count += written
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Returns the SHA-256 of the bytes received so far.
  func sha256() throws(CheckpointError) -> String {
    let hash = SHA256()
    let block = HeapBlock(count: 1 << 20)
    var offset = 0
    while true {
      let got = pread(descriptor, block.bytes.baseAddress, block.bytes.count, off_t(offset))
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw failure("read it") }
      guard got > 0 else { return hash.finish() }
      hash.update(UnsafeRawBufferPointer(rebasing: block.bytes[..<got]))
      offset += got
    }
  }

  /// Syncs the bytes to disk and renames the file to the target.
  func commit() throws(CheckpointError) {
    guard fsync(descriptor) == 0 else { throw failure("write it") }
    guard rename(path, target) == 0 else {
      throw CheckpointError(
        path: target, reason: "cannot create it: \(Self.systemReason)", kind: .cannotCreate)
    }
    FileSystem.synchronizeFolder(of: target)
    unlink(originPath)
    close(descriptor)
    descriptor = -1
  }

  /// Removes the files.
  func discard() {
    unlink(path)
    unlink(originPath)
  }
}
