import Foundation
package import Machine

/// Files of stimuli. They are many and small, and each gets its name only when it is complete.
package enum StimulusFile {
  /// Writes a file, replacing an existing one.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  package static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    let file: AtomicFile
    do { file = try AtomicFile(path) } catch { throw error.advising("choose another \(.output)") }
    do throws(Failure) {
      try file.append(bytes)
      try file.commit(durably: false)
    } catch { throw error.advising("make room on the disk") }
  }

  /// Makes a file a hard link to another, replacing an existing file.
  ///
  /// - Returns: Whether the system made the link. It refuses across file systems (EXDEV), where hard links
  ///   are not supported or the file belongs to another user (EPERM), and where the file has the maximum
  ///   number of links (EMLINK). The caller then writes a copy.
  package static func link(_ path: String, as other: String) -> Bool {
    // A hard link to a symbolic link would depend on the folder that contains it.
    func link() -> Bool { linkat(AT_FDCWD, path, AT_FDCWD, other, AT_SYMLINK_FOLLOW) == 0 }
    return link() || errno == EEXIST && unlink(other) == 0 && link()
  }

  /// Puts a file under another name: as a hard link if requested and possible, otherwise as a copy.
  ///
  /// - Returns: Whether the file is a hard link.
  /// - Throws: ``Failure``, `inputMissing`, `cannotCreate` or `writeFailed`.
  package static func place(_ path: String, as other: String, linking: Bool) throws(Failure) -> Bool {
    if linking && link(path, as: other) { return true }
    guard let data = Disk.data(of: path) else {
      throw Failure(.inputMissing, "cannot read \(path): \(Disk.lastError)", remedy: "make the stimuli again")
    }
    try write(Array(data), to: other)
    return false
  }

  /// Returns whether a PNG file exists and has its last chunk. After a power loss, a file may have its name
  /// but no contents.
  package static func isWholePNG(_ path: String) -> Bool {
    guard let file = try? MappedFile(path), file.count > end.count else { return false }
    return file.region.withUnsafeBytes { $0.suffix(end.count).elementsEqual(end) }
  }

  /// The chunk that ends every PNG file.
  private static let end: [UInt8] = [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]
}
