import Foundation
package import Machine

/// Files of stimuli: many, small, and whole as soon as they have their name.
package enum StimulusFile {
  /// Writes a file, replacing what was there.
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

  /// Makes a file a hard link to another, replacing what was there.
  ///
  /// - Returns: Whether the system did so. It refuses across file systems (EXDEV), where there are no hard links or the
  ///   file is somebody else's (EPERM), and where the file has as many as it can (EMLINK): write a copy then.
  package static func link(_ path: String, as other: String) -> Bool {
    // A link to a symbolic link would depend on the folder that it lies in.
    func link() -> Bool { linkat(AT_FDCWD, path, AT_FDCWD, other, AT_SYMLINK_FOLLOW) == 0 }
    return link() || errno == EEXIST && unlink(other) == 0 && link()
  }

  /// Puts a file under another name, as a hard link where that is wanted and possible, else as a copy.
  ///
  /// - Returns: Whether it is a hard link.
  /// - Throws: ``Failure``, `inputMissing`, `cannotCreate` or `writeFailed`.
  package static func place(_ path: String, as other: String, linking: Bool) throws(Failure) -> Bool {
    if linking && link(path, as: other) { return true }
    guard let data = Disk.data(of: path) else {
      throw Failure(.inputMissing, "cannot read \(path): \(Disk.lastError)", remedy: "make the stimuli again")
    }
    try write(Array(data), to: other)
    return false
  }

  /// Whether a PNG file is there and has its end: after a power loss, a name may be all there is of it.
  package static func isWholePNG(_ path: String) -> Bool {
    guard let file = try? MappedFile(path), file.count > end.count else { return false }
    return file.region.withUnsafeBytes { $0.suffix(end.count).elementsEqual(end) }
  }

  /// The chunk that ends every PNG file.
  private static let end: [UInt8] = [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]
}
