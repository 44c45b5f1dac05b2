private import Glibc
import Machine

/// The partial file of a download: `<path>.part` with the bytes, and `<path>.part.origin` with their address
/// and the server's validator.
///
/// The file is locked while open, so that two downloads of one file cannot mix their bytes.
final class PartialFile {
  let path: String
  private let target: String
  /// `nil` once it is released.
  private var file: Descriptor?
  /// Why nothing keeps other downloads away, where the file system knows no locks.
  let warning: String?
  /// The number of bytes received so far.
  private(set) var count: Int

  private var originPath: String { path + ".origin" }

  /// Opens or creates the partial file of a target.
  ///
  /// - Throws: ``Failure`` when the partial file cannot be created or another process is writing it.
  init(for target: String) throws(Failure) {
    self.target = target
    path = target + ".part"
    let file: Descriptor
    do { file = try Descriptor(path, .updateOrCreate) } catch {
      throw Failure(.cannotCreate, path: path, "cannot create it: \(error)")
    }
    count = 0
    switch FileLock.lock(file) {
    case .locked: warning = nil
    case .taken:
      throw Failure(.cannotCreate, path: path, "another fetch is writing it")
    case .unavailable(let reason):
      warning = "\(path) cannot be locked (\(reason)); do not fetch the same file twice at once"
    }
    self.file = file
    count = size ?? 0
  }

  deinit { release() }

  /// Closes the file and releases its lock. A URL session may keep its delegate, and so this object, for some
  /// time.
  func release() {
    guard file != nil else { return }
    if count == 0 { discard() }  // nothing to go on from
    file = nil
  }

  private static var systemReason: String { String(cString: strerror(errno)) }

  /// The bytes that are in the file.
  private var size: Int? { (try? file?.status()).map { Int($0.st_size) } }

  private func failure(_ action: String, _ error: SystemError) -> Failure {
    Failure(.writeFailed, path: path, "cannot \(action): \(error)")
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
  func restart(from address: String, validator: String?) throws(Failure) {
    do { try file?.resize(to: 0) } catch { throw failure("write it", error) }
    count = 0
    do throws(Failure) {
      let file = try AtomicFile(originPath)
      try file.append(Array("\(address)\n\(validator ?? "")\n".utf8))
      try file.commit()
    } catch { throw error.reclassified(as: .writeFailed) }
  }

  /// Appends bytes.
  func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    do {
      try file?.writeAll(bytes, at: count)
      count += bytes.count
    } catch {
      count = size ?? count
      throw failure("write it", error)
    }
  }

  /// Returns the SHA-256 of the bytes received so far.
  func sha256() throws(Failure) -> String {
    let hash = SHA256()
    let block = HeapBlock(count: 1 << 20)
    var offset = 0
    while true {
      let got: Int
      do { got = try file?.read(at: offset, into: block.bytes) ?? 0 } catch {
        throw failure("read it", error)
      }
      guard got > 0 else { return hash.finish() }
      hash.update(UnsafeRawBufferPointer(rebasing: block.bytes[..<got]))
      offset += got
    }
  }

  /// Syncs the bytes to disk and renames the file to the target.
  func commit() throws(Failure) {
    do { try file?.synchronize() } catch { throw failure("write it", error) }
    guard rename(path, target) == 0 else {
      throw Failure(.cannotCreate, path: target, "cannot create it: \(Self.systemReason)")
    }
    FileSystem.synchronizeFolder(of: target)
    unlink(originPath)
    file = nil
  }

  /// Removes the files.
  func discard() {
    unlink(path)
    unlink(originPath)
  }
}
