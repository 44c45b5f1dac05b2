import Dumps
import Machine

/// The files that one kind of recording left in a dump, as its manifest describes them.
protocol StoredFiles: Sendable {
  /// The paths below the dump's folder.
  var files: [String] { get }
  /// Whether they are merged after the files of all other kinds, one after the other.
  var finishesLast: Bool { get }

  /// The bytes that shards' files take once they are merged.
  func mergedBytes(of parts: [Merge.Part]) -> Int

  /// Puts one file of all shards together and forces it to the disk.
  ///
  /// - Parameters:
  ///   - file: Which of ``files``.
  ///   - parts: The shards, in order.
  ///   - folder: The folder of the whole.
  /// - Returns: The SHA-256 of the whole.
  /// - Throws: ``Failure``: a file of a shard is not what its manifest says, or a write failed.
  func merge(_ file: Int, of parts: [Merge.Part], into folder: DumpFolder) throws(Failure) -> String

  /// Opens the rows of a dump that is not complete, to compare them with its journal.
  ///
  /// - Parameters:
  ///   - folder: The dump's folder.
  ///   - rows: The rows of the dump.
  ///   - keepOpen: Whether the system allows all files of the dump to stay open.
  /// - Returns: `nil` where the journal does not vouch for bytes of these files.
  /// - Throws: ``Failure`` when a file is missing, cannot be read or is another.
  func chunks(in folder: DumpFolder, rows: Int, keepOpen: Bool) throws(Failure) -> (any StoredChunks)?
}

extension StoredFiles {
  var finishesLast: Bool { false }
  func chunks(in folder: DumpFolder, rows: Int, keepOpen: Bool) throws(Failure) -> (any StoredChunks)? { nil }
}

/// One file of those that some kind left.
struct StoredFile: Sendable {
  let kind: any StoredFiles
  let index: Int
  /// The path below the dump's folder.
  var name: String { kind.files[index] }

  /// Puts the file together from those of shards, as ``StoredFiles/merge(_:of:into:)``.
  func merge(_ parts: [Merge.Part], into folder: DumpFolder) throws(Failure) -> String {
    try kind.merge(index, of: parts, into: folder)
  }
}

extension [any StoredFiles] {
  /// The files of all kinds that finish last, or of all others.
  func files(finishingLast: Bool) -> [StoredFile] {
    filter { $0.finishesLast == finishingLast }.flatMap { kind in
      kind.files.indices.map { StoredFile(kind: kind, index: $0) }
    }
  }
}

/// The rows of a dump that is not complete, open for reading.
protocol StoredChunks {
  /// Whether a chunk is in a snapshot, which has a digest of its own.
  func hasFolded(_ chunk: JournalContents.Chunk) -> Bool

  /// Adds the bytes of a chunk to a digest.
  ///
  /// - Returns: Whether they are there.
  /// - Throws: ``Failure`` when a file cannot be read.
  func update(_ hash: borrowing SHA256, with chunk: JournalContents.Chunk) throws(Failure) -> Bool
}

extension StoredChunks {
  func hasFolded(_ chunk: JournalContents.Chunk) -> Bool { false }
}
