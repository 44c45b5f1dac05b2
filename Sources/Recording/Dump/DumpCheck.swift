import Checkpoints
import Foundation
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
    /// It cannot be read.
    case missing
    /// The manifest states no digest: the dump is not complete.
    case unverified
  }

  /// One file.
  public struct File: Sendable, Codable {
    /// The path below the dump's folder.
    public var file: String
    /// What became of it.
    public var verdict: Verdict
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

  /// Reads all files of a dump: of a complete one against the digests of the manifest, of another one against those of
  /// its journal, chunk by chunk.
  ///
  /// - Throws: ``RecordingError`` when there is no manifest.
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
    let verdicts = Mutex([Verdict](repeating: .unverified, count: stated.count))
    let next = Atomic(0)
    try withWorkers(max(min(threads, stated.count), 1)) { _ in
      while !progress.isStopping {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < stated.count else { return }
        let verdict = Self.verdict(on: "\(path)/\(stated[index].file)", stated[index].sha256)
        verdicts.withLock { $0[index] = verdict }
        progress.note(done: 1)
      }
    }
    files = verdicts.withLock { zip(stated, $0).map { File(file: $0.file, verdict: $1) } }
  }

  private static func verdict(on path: String, _ digest: String?) -> Verdict {
    guard let digest else { return .unverified }
    guard let found = try? ArrayFile.digest(ofFile: path) else { return .missing }
    return found == digest ? .intact : .changed
  }

  /// The rows a journal says are done, and those of them that are not as they were written.
  private static func rows(
    of manifest: Manifest, in folder: DumpFolder, _ progress: RunProgress
  ) throws(RecordingError) -> (done: Int, changed: Int) {
    guard let journal = JournalContents(path: folder.journal) else { return (0, 0) }
    var files: [ArrayFile] = []
    for array in manifest.layers + [manifest.logits] {
      let rowShape = Shape(Array(array.shape.dropFirst()))
      files.append(
        try ArrayFile(
          continuing: "\(folder.path)/\(array.file)", rows: manifest.images.count, rowShape: rowShape,
          keepOpen: DescriptorLimit.allows(manifest.layers.count + 1)))
    }
    progress.begin(total: journal.chunks.count)
    var (done, changed) = (0, 0)
    for chunk in journal.chunks where chunk.rows.upperBound <= manifest.images.count && !progress.isStopping {
      let hash = SHA256()
      for file in files { try file.update(hash, with: chunk.rows) }
      done += chunk.rows.count
      if hash.finish() != chunk.digest { changed += chunk.rows.count }
      progress.note(done: 1)
    }
    return (done, changed)
  }
}

extension Manifest {
  /// Every file of the dump with the digest it should have.
  fileprivate var files: [(file: String, sha256: String?)] {
    (layers + [logits]).map { ($0.file, $0.sha256) } + [("images.tsv", images.tableSha256)]
  }
}
