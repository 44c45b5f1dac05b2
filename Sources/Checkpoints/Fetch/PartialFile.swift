private import Glibc
import Machine

/// What a download has so far: `<path>.part`, and in `<path>.part.origin` the address and the server's
/// validator for exactly these bytes.
///
/// It is locked while it is open, so that two downloads of one file cannot mix.
final class PartialFile {
  let path: String
  private let target: String
  private var descriptor: Int32
  /// Why nothing keeps other downloads away, where the file system knows no locks.
  let warning: String?
  /// The number of bytes so far.
  private(set) var count: Int

  private var originPath: String { path + ".origin" }

  /// Opens or creates the partial file of a target.
  ///
  /// - Throws: ``Failure`` when it cannot be created or another process is writing it.
  init(for target: String) throws(Failure) {
    self.target = target
    path = target + ".part"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw Failure(.cannotCreate, path: path, "cannot create it: \(Self.systemReason)")
    }
    count = 0
    switch FileLock.lock(descriptor) {
    case .locked: warning = nil
    case .taken:
      close(descriptor)
      throw Failure(.cannotCreate, path: path, "another fetch is writing it")
    case .unavailable(let reason):
      warning = "\(path) cannot be locked (\(reason)); do not fetch the same file twice at once"
    }
    count = max(0, Int(lseek(descriptor, 0, SEEK_END)))
  }

  deinit { release() }

  /// Lets other processes have it. A session may keep its delegate, and so this object, for a while.
  func release() {
    guard descriptor >= 0 else { return }
    if count == 0 { discard() }  // nothing to go on from
    close(descriptor)
    descriptor = -1
  }

  private static var systemReason: String { String(cString: strerror(errno)) }

  private func failure(_ action: String) -> Failure {
    Failure(.writeFailed, path: path, "cannot \(action): \(Self.systemReason)")
  }

  /// The validator kept for bytes from this address, `nil` when there is none or they are from another.
  func validator(for address: String) -> (isFromAddress: Bool, validator: String?) {
    guard let file = try? MappedFile(originPath), let text = file.region.utf8 else { return (false, nil) }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first.map(String.init) == address else { return (false, nil) }
    return (true, lines.count > 1 && !lines[1].isEmpty ? String(lines[1]) : nil)
  }

  /// Drops the bytes and notes where the next ones come from.
  func restart(from address: String, validator: String?) throws(Failure) {
    guard ftruncate(descriptor, 0) == 0 else { throw failure("write it") }
    count = 0
    do throws(Failure) {
      let file = try AtomicFile(originPath)
      try file.append(Array("\(address)\n\(validator ?? "")\n".utf8))
      try file.commit()
    } catch { throw error.reclassified(as: .writeFailed) }
  }

  /// Adds bytes at the end.
  func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var rest = bytes
    while let base = rest.baseAddress, !rest.isEmpty {
      let written = pwrite(descriptor, base, rest.count, off_t(count))
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure("write it") }
      count += written
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// The SHA-256 of the bytes so far.
  func sha256() throws(Failure) -> String {
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

  /// Brings the bytes to disk and gives them the target's name.
  func commit() throws(Failure) {
    guard fsync(descriptor) == 0 else { throw failure("write it") }
    guard rename(path, target) == 0 else {
      throw Failure(.cannotCreate, path: target, "cannot create it: \(Self.systemReason)")
    }
    FileSystem.synchronizeFolder(of: target)
    unlink(originPath)
    close(descriptor)
    descriptor = -1
  }

  /// Removes what there is.
  func discard() {
    unlink(path)
    unlink(originPath)
  }
}
