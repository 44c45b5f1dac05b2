import Dumps
import Machine

/// The files of one kind of recording in a dump, as its manifest describes them.
protocol StoredFiles: Sendable {
  /// The paths below the dump's folder.
  var files: [String] { get }
  /// Whether the files are merged after those of all other kinds, one file at a time.
  var finishesLast: Bool { get }

  /// Returns the size of the merged files, in bytes.
  func mergedBytes(of parts: [Merge.Part]) -> Int

  /// Merges one file of all shards and forces the result to the disk.
  ///
  /// - Parameters:
  ///   - file: The index in ``files``.
  ///   - parts: The shards, in order.
  ///   - folder: The folder of the whole.
  /// - Returns: The SHA-256 of the merged file.
  /// - Throws: ``Failure`` when a file of a shard does not match its manifest, or a write failed.
  func merge(_ file: Int, of parts: [Merge.Part], into folder: DumpFolder) throws(Failure) -> String

  /// Opens the rows of an incomplete dump, to compare them with its journal.
  ///
  /// - Parameters:
  ///   - folder: The dump's folder.
  ///   - rows: The rows of the dump.
  ///   - keepOpen: Whether the system allows all files of the dump to stay open.
  /// - Returns: `nil` when the journal's digests do not cover these files.
  /// - Throws: ``Failure`` when a file is missing, cannot be read or is another file.
  func chunks(in folder: DumpFolder, rows: Int, keepOpen: Bool) throws(Failure) -> (any StoredChunks)?
}

extension StoredFiles {
  var finishesLast: Bool { false }
  func chunks(in folder: DumpFolder, rows: Int, keepOpen: Bool) throws(Failure) -> (any StoredChunks)? { nil }
}

/// One file of one kind of recording.
struct StoredFile: Sendable {
  let kind: any StoredFiles
  let index: Int
  /// The path of the file below the dump's folder.
  var name: String { kind.files[index] }

  /// Merges the file from those of the shards, as ``StoredFiles/merge(_:of:into:)``.
  func merge(_ parts: [Merge.Part], into folder: DumpFolder) throws(Failure) -> String {
    try kind.merge(index, of: parts, into: folder)
  }
}

extension [any StoredFiles] {
  /// Returns the files of all kinds that finish last, or those of all other kinds.
  func files(finishingLast: Bool) -> [StoredFile] {
    filter { $0.finishesLast == finishingLast }.flatMap { kind in
      kind.files.indices.map { StoredFile(kind: kind, index: $0) }
    }
  }
}

/// The rows of an incomplete dump, open for reading.
protocol StoredChunks {
  /// Returns whether a chunk is in a snapshot, which has its own digest.
  func hasFolded(_ chunk: JournalContents.Chunk) -> Bool

  /// Adds the bytes of a chunk to a digest.
  ///
  /// - Returns: Whether the bytes are present.
  /// - Throws: ``Failure`` when a file cannot be read.
  func update(_ hash: borrowing SHA256, with chunk: JournalContents.Chunk) throws(Failure) -> Bool
}

extension StoredChunks {
  func hasFolded(_ chunk: JournalContents.Chunk) -> Bool { false }
}
