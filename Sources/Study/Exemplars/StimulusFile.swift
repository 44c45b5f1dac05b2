import Foundation
package import Recording
import Tensor

/// Files of stimuli: many, small, and whole as soon as they have their name.
package enum StimulusFile {
  /// Writes a file, replacing what was there.
  ///
  /// - Throws: ``RecordingError``, `cannotCreate` or `writeFailed`.
  package static func write(_ bytes: [UInt8], to path: String) throws(RecordingError) {
    let file: AtomicFile
    do { file = try AtomicFile(path) } catch {
      throw RecordingError(.cannotCreate, "\(error); choose another --output")
    }
    do {
      try file.append(bytes)
      try file.commit(durably: false)
    } catch { throw RecordingError(.writeFailed, "\(error); make room on the disk") }
  }

  /// Gives a file another name, replacing what was there.
  ///
  /// - Throws: ``RecordingError`` of kind `cannotCreate`, where the file system has no hard links for instance.
  package static func link(_ path: String, as other: String) throws(RecordingError) {
    if Foundation.link(path, other) == 0 { return }
    if errno == EEXIST, unlink(other) == 0, Foundation.link(path, other) == 0 { return }
    throw RecordingError(
      .cannotCreate, "cannot make \(other) a hard link: \(Disk.lastError); leave out --hard-links")
  }

  /// Whether a PNG file is there and has its end: after a power loss, a name may be all there is of it.
  package static func isWholePNG(_ path: String) -> Bool {
    guard let file = try? MappedFile(path), file.count > end.count else { return false }
    return file.region.withUnsafeBytes { $0.suffix(end.count).elementsEqual(end) }
  }

  /// The chunk that ends every PNG file.
  private static let end: [UInt8] = [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]
}
