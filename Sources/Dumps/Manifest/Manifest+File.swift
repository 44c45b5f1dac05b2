import Foundation
package import Machine

extension Manifest {
  /// The current time, as ISO 8601 in UTC.
  package static var now: String { Date().ISO8601Format() }

  /// Writes the manifest atomically: a reader finds either the old manifest or the new one, complete.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  package func write(to path: String) throws(Failure) {
    let text: Data
    do { text = try JSON.encode(self) } catch {
      throw Failure(.writeFailed, "cannot describe the dump in \(path): \(error)")
    }
    try TextFile.write(text, to: path)
  }

  /// Reads the manifest of a dump.
  ///
  /// - Throws: ``Failure``, `inputMissing` or `badData`.
  package static func read(_ path: String) throws(Failure) -> Manifest {
    guard let data = Disk.data(of: path) else {
      throw Failure(.inputMissing, "cannot read \(path): \(Disk.lastError)")
    }
    return try read(data, path: path)
  }

  /// Parses the bytes of a manifest; `path` is its name in errors.
  ///
  /// - Throws: ``Failure`` of kind `badData`.
  static func read(_ data: Data, path: String) throws(Failure) -> Manifest {
    let manifest: Manifest
    do { manifest = try JSON.decode(Manifest.self, from: data) } catch {
      throw Failure(.badData, "\(path) is not the manifest of a dump")
    }
    if let contradiction = manifest.contradiction {
      throw Failure(.badData, "\(path) is not the manifest of a dump: \(contradiction)")
    }
    return manifest
  }
}
