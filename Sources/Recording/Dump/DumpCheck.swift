public import Dumps
import Formats
import Foundation
public import Machine
import Synchronization
import Tensor

/// A dump as it is on the disk, compared with what its manifest and its journal say.
public struct DumpCheck: Sendable, Codable {
  /// What became of one file.
  public enum Verdict: String, Sendable, Codable {
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
  public struct File: Sendable, Codable {
    /// The path below the dump's folder.
    public var file: String
    /// What became of it.
    public var verdict: Verdict
    /// Why it cannot be read, where that is the verdict.
    public var reason: String?
  }

  /// The folder.
  public var path: String
  /// How far the dump got.
  public var state: Manifest.State
  /// The rows there should be, those that are done, and those of them whose bytes are not what was written.
  public var images: Int, done: Int, changed: Int
  /// The files.
  public var files: [File]

  /// Whether every row is there, as it was written.
  public var isIntact: Bool {
    state == .complete && changed == 0 && files.allSatisfy { $0.verdict == .intact }
  }

  /// As ``isIntact``, without the files that are there and cannot be read.
  public var isIntactAsFarAsRead: Bool {
    state == .complete && changed == 0 && files.allSatisfy { [.intact, .unreadable].contains($0.verdict) }
  }

  /// Reads all files of a dump: of a complete one against the digests of the manifest, of another one against those of
  /// its journal, chunk by chunk.
  ///
  /// - Throws: ``Failure`` when there is no manifest.
  public init(_ path: String, threads: Int = ProcessorCount.available, progress: RunProgress = RunProgress())
    throws
  {
    let folder = DumpFolder(path: path)
    let manifest = try Manifest.read(folder.manifest)
    (self.path, state, images) = (path, manifest.state, manifest.images.count)
    guard manifest.state == .complete else {
      files = manifest.files.map { File(file: $0.file, verdict: .unverified) }
      (done, changed) = try Self.rows(of: manifest, in: folder, progress)
      return
    }
    (done, changed) = (manifest.images.count, 0)
    let stated = manifest.files
    progress.begin(total: stated.count)
    let verdicts = Mutex(stated.map { File(file: $0.file, verdict: .unverified) })
    let next = Atomic(0)
    try withWorkers(max(min(threads, stated.count), 1)) { _ in
      while !progress.isStopping {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < stated.count else { return }
        let verdict = Self.verdict(on: stated[index].file, in: path, stated[index].sha256)
        verdicts.withLock { $0[index] = verdict }
        progress.note(done: 1)
      }
    }
    files = verdicts.withLock { $0 }
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
    var files: [ArrayFile] = []
    for array
      in (manifest.extremes == nil
      ? manifest.arrays : Array(manifest.arrays.dropFirst(manifest.layers.count)))
    {
      files.append(
        try ArrayFile(
          continuing: "\(folder.path)/\(array.file)", rows: manifest.images.count,
          rowShape: Shape(array.rowShape), format: try array.format(in: folder.path),
          keepOpen: DescriptorLimit.allows(manifest.layers.count + 1), readOnly: true))
    }
    let extremes = try manifest.extremes.map { extremes throws(Failure) in
      try SpilledChunks(
        folder, widths: manifest.layers.map { $0.rowShape.reduce(1, *) }, limit: extremes.limit)
    }
    progress.begin(total: journal.chunks.count)
    var changed = 0
    for chunk in journal.chunks where chunk.rows.upperBound <= manifest.images.count && !progress.isStopping {
      progress.note(done: 1)
      // The snapshot has a digest of its own.
      if extremes?.snapshot.isSuperset(of: RangeSet(chunk.rows)) == true { continue }
      let hash = SHA256()
      let isThere = try extremes?.update(hash, with: chunk) ?? true
      for file in files { try file.update(hash, with: chunk.rows) }
      if hash.finish() != chunk.digest || !isThere { changed += chunk.rows.count }
    }
    let pending = try folder.pendingRows(of: manifest).rowCount
    return (manifest.images.count - pending, changed)
  }

  /// What of a dump that keeps extremes, and is not complete, can be compared with its journal.
  private struct SpilledChunks {
    /// The rows in the snapshot.
    let snapshot: RangeSet<Int>
    private let spill: SpilledRows?

    init(_ folder: DumpFolder, widths: [Int], limit: Int) throws(Failure) {
      let memory = widths.reduce(0) { $0 + LayerExtremes.byteCount(units: $1, limit: limit) }
      snapshot = ExtremesSnapshot.read(folder.snapshot, bytes: memory)
      spill =
        Disk.size(of: folder.spill) == nil
        ? nil : try SpilledRows(folder.spill, widths: widths, reading: true)
    }

    /// Adds the rows of a chunk to a digest, where they are there.
    func update(_ hash: borrowing SHA256, with chunk: JournalContents.Chunk) throws(Failure) -> Bool {
      guard let spill, let place = chunk.place else { return false }
      return try spill.withChunk(at: place, rows: chunk.rows.count) { bytes, _ in
        hash.update(bytes)
        return true
      } ?? false
    }
  }
}

extension Manifest {
  /// Every file of the dump with the digest it should have.
  fileprivate var files: [(file: String, sha256: String?)] {
    arrays.map { ($0.file, $0.sha256) } + (baselines ?? []).map { ($0.file, $0.sha256) } + [
      ("images.tsv", images.tableSha256)
    ]
  }
}
