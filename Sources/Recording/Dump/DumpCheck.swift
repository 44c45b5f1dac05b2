package import Dumps
import Formats
import Foundation
package import Machine

/// The comparison of a dump on the disk with its manifest and its journal.
package struct DumpCheck: Sendable, Codable {
  /// The result for one file.
  package enum Verdict: String, Sendable, Codable {
    /// The bytes have the digest in the manifest.
    case intact
    /// The bytes have another digest.
    case changed
    /// The file does not exist.
    case missing
    /// The file exists but cannot be read.
    case unreadable
    /// The manifest has no digest, because the dump is not complete.
    case unverified
  }

  /// One file.
  package struct File: Sendable, Codable {
    /// The path below the dump's folder.
    package var file: String
    /// The result for the file.
    package var verdict: Verdict
    /// The reason why the file cannot be read, if that is the verdict.
    package var reason: String?
  }

  /// The folder.
  package var path: String
  /// The progress of the dump.
  package var state: Manifest.State
  /// The number of rows of the dump, of the rows that are done, and of the done rows whose bytes have changed
  /// since they were written.
  package var images: Int, done: Int, changed: Int
  /// The files.
  package var files: [File]

  /// Whether every row exists as it was written.
  package var isIntact: Bool {
    state == .complete && changed == 0 && files.allSatisfy { $0.verdict == .intact }
  }

  /// Whether ``isIntact`` holds, apart from files that exist but cannot be read.
  package var isIntactAsFarAsRead: Bool {
    state == .complete && changed == 0 && files.allSatisfy { [.intact, .unreadable].contains($0.verdict) }
  }

  /// Reads all files of a dump. A complete dump is compared with the digests of its manifest, an incomplete
  /// one with those of its journal, chunk by chunk.
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

  /// Returns every file of a dump with its expected digest.
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

  /// Returns the rows that are done according to a journal, and those of them whose bytes have changed.
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
