package import Dumps
import Formats
import Foundation
package import Machine

/// A dump as it is on the disk, compared with what its manifest and its journal say.
package struct DumpCheck: Sendable, Codable {
  /// What became of one file.
  package enum Verdict: String, Sendable, Codable {
    /// Its bytes have the digest the manifest states.
    case intact
    /// They have another.
    case changed
    /// It is not there.
    case missing
    /// It is there and cannot be read.
    case unreadable
    /// The manifest states no digest: the dump is not complete.
    case unverified
  }

  /// One file.
  package struct File: Sendable, Codable {
    /// The path below the dump's folder.
    package var file: String
    /// What became of it.
    package var verdict: Verdict
    /// Why it cannot be read, where that is the verdict.
    package var reason: String?
  }

  /// The folder.
  package var path: String
  /// How far the dump got.
  package var state: Manifest.State
  /// The rows there should be, those that are done, and those of them whose bytes are not what was written.
  package var images: Int, done: Int, changed: Int
  /// The files.
  package var files: [File]

  /// Whether every row is there, as it was written.
  package var isIntact: Bool {
    state == .complete && changed == 0 && files.allSatisfy { $0.verdict == .intact }
  }

  /// As ``isIntact``, without the files that are there and cannot be read.
  package var isIntactAsFarAsRead: Bool {
    state == .complete && changed == 0 && files.allSatisfy { [.intact, .unreadable].contains($0.verdict) }
  }

  /// Reads all files of a dump: of a complete one against the digests of the manifest, of another one against those of
  /// its journal, chunk by chunk.
  ///
  /// - Throws: ``Failure`` when there is no manifest.
  package init(_ path: String, threads: Int = ProcessorCount.available, progress: RunProgress = RunProgress())
    throws
  {
    let folder = DumpFolder(path: path)
    let manifest = try Manifest.read(folder.manifest)
    (self.path, state, images) = (path, manifest.state, manifest.images.count)
    guard manifest.state == .complete else {
      files = Self.stated(by: manifest).map { File(file: $0.file, verdict: .unverified) }
      (done, changed) = try Self.rows(of: manifest, in: folder, progress)
      return
    }
    (done, changed) = (manifest.images.count, 0)
    let stated = Self.stated(by: manifest)
    progress.begin(total: stated.count)
    let read = try map(in: stated, threads: threads, progress: progress) { file throws(Failure) in
      defer { progress.note(done: 1) }
      return Self.verdict(on: file.file, in: path, file.sha256)
    }
    files = read + stated.dropFirst(read.count).map { File(file: $0.file, verdict: .unverified) }
  }

  /// Every file of a dump with the digest it should have.
  private static func stated(by manifest: Manifest) -> [Manifest.File] {
    manifest.files + [Manifest.File(file: "images.tsv", sha256: manifest.images.tableSha256)]
  }

  private static func verdict(on file: String, in folder: String, _ digest: String?) -> File {
    guard let digest else { return File(file: file, verdict: .unverified) }
    do {
      let found = try ArrayFile.digest(ofFile: "\(folder)/\(file)")
      return File(file: file, verdict: found == digest ? .intact : .changed)
    } catch {
      let isThere = Disk.isDirectory("\(folder)/\(file)") != nil
      return File(file: file, verdict: isThere ? .unreadable : .missing, reason: isThere ? "\(error)" : nil)
    }
  }

  /// The rows a journal says are done, and those of them that are not as they were written.
  private static func rows(
    of manifest: Manifest, in folder: DumpFolder, _ progress: RunProgress
  ) throws(Failure) -> (done: Int, changed: Int) {
    guard let journal = try JournalContents(path: folder.journal) else { return (0, 0) }
    let stored = manifest.storedFiles
    let keepOpen = DescriptorLimit.allows(stored.reduce(0) { $0 + $1.files.count })
    var stores: [any StoredChunks] = []
    for files in stored {
      let chunks = try files.chunks(in: folder, rows: manifest.images.count, keepOpen: keepOpen)
      if let chunks { stores.append(chunks) }
    }
    progress.begin(total: journal.chunks.count)
    var changed = 0
    for chunk in journal.chunks where chunk.rows.upperBound <= manifest.images.count && !progress.isStopping {
      progress.note(done: 1)
      if stores.contains(where: { $0.hasFolded(chunk) }) { continue }
      let hash = SHA256()
      var isThere = true
      for store in stores { isThere = try store.update(hash, with: chunk) && isThere }
      if hash.finish() != chunk.digest || !isThere { changed += chunk.rows.count }
    }
    let pending = try folder.pendingRows(of: manifest).rowCount
    return (manifest.images.count - pending, changed)
  }
}
