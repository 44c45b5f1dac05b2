import Dumps
import Layers
import Machine

/// One kind of data that a dump keeps, while the dump is made: files, and memory that the workers share.
///
/// Each chunk of rows is written to the files of all stores, then recorded in the journal, then added to the
/// stores' memory. A store whose memory must outlive the process writes that memory to files at ``save()`` or
/// ``fold()``. At ``restore(_:)`` the store restores only rows that the journal names.
protocol Store: Sendable {
  /// The files of the store in a complete dump, below the dump's folder.
  var files: [String] { get }
  /// Whether the store's files are written after those of all other stores, one file at a time.
  var finishesLast: Bool { get }

  /// Creates a buffer for the chunks of one worker.
  func block(chunkRows: Int) -> any StoreBlock

  /// Forces all rows that were written to the disk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  func synchronize() throws(Failure)

  /// Saves memory that is in no file, for a run that resumes.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func save() throws(Failure)

  /// Whether files that grow with the rows should now be folded into one of constant size.
  var isFull: Bool { get }

  /// Folds the rows in memory into a snapshot.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  /// - Precondition: No worker is between writing a chunk and adding it to memory. All rows and the journal
  ///   are on the disk.
  func fold() throws(Failure)

  /// Returns whether the saved memory of an earlier run includes a chunk of its journal.
  func hasSaved(_ chunk: JournalContents.Chunk, skipped reasons: [Int: String]) -> Bool

  /// Restores the snapshot of an earlier run, if its rows are rows of these chunks.
  ///
  /// - Parameter chunks: The chunks of the journal that every store has saved.
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  func restore(_ chunks: [JournalContents.Chunk]) throws(Failure)

  /// Returns the state, in this store, of a chunk from the journal of an earlier run.
  func standing(of chunk: JournalContents.Chunk) -> ChunkStanding

  /// Reads a chunk back and adds its bytes to a digest, as ``StoreBlock/write(_:digesting:)`` did.
  ///
  /// - Returns: A closure that adds the chunk to memory, to be called once the digest is verified; `nil` when
  ///   the rows are not in the files.
  /// - Throws: ``Failure`` when a file cannot be read or written.
  func reread(
    _ chunk: JournalContents.Chunk, digesting hash: borrowing SHA256
  ) throws(Failure) -> (() throws(Failure) -> Void)?

  /// Completes one of ``files`` and forces it to the disk.
  ///
  /// - Returns: The SHA-256 of the file.
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  /// - Precondition: All rows were added.
  func finish(_ file: Int) throws(Failure) -> String
}

extension Store {
  var finishesLast: Bool { false }
  func synchronize() throws(Failure) {}
  func save() throws(Failure) {}
  var isFull: Bool { false }
  func fold() throws(Failure) {}
  func hasSaved(_ chunk: JournalContents.Chunk, skipped reasons: [Int: String]) -> Bool { true }
  func restore(_ chunks: [JournalContents.Chunk]) throws(Failure) {}
  func standing(of chunk: JournalContents.Chunk) -> ChunkStanding { .written }
}

/// The state of a journalled chunk in a store that resumes.
enum ChunkStanding: Sendable {
  /// The chunk is in the files, provided that the last writes reached the disk.
  case written
  /// The chunk is in a file that has to be read back into memory.
  case spilled
  /// The chunk is in a snapshot, which was made when the rows of all stores were on the disk.
  case folded
  /// The chunk is lost, entirely or in part.
  case lost
}

/// The rows of one chunk for one store, collected by one worker.
protocol StoreBlock: AnyObject {
  /// Begins a chunk with the given rows. No other worker has any of these rows.
  func begin(_ rows: Range<Int>)
  /// Collects a row from one position of the batch that ran.
  func record(row: Int, from workspace: Workspace, at place: Int)
  /// Marks a row whose image cannot be read.
  func skip(row: Int)

  /// Writes rows to the files, and adds to a digest the bytes that the journal's digest covers.
  ///
  /// - Returns: The offset of the rows in a file of spilled rows, for the journal; `nil` where the position
  ///   of each row is fixed.
  /// - Throws: ``Failure`` of kind `writeFailed`; the rows then count as not done.
  func write(_ rows: Range<Int>, digesting hash: borrowing SHA256) throws(Failure) -> Int?

  /// Adds rows to the memory of the store, after the journal has recorded them.
  func takeIn(_ rows: Range<Int>)
}

extension StoreBlock {
  func skip(row: Int) {}
  func write(_ rows: Range<Int>, digesting hash: borrowing SHA256) throws(Failure) -> Int? { nil }
  func takeIn(_ rows: Range<Int>) {}
}
