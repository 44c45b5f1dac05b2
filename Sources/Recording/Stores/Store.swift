import Dumps
import Layers
import Machine

/// One thing that a dump keeps, while the dump is made: files, and memory that the workers share.
///
/// Each chunk of rows is written to the files of all stores, then noted in the journal, then taken into their memory. A store
/// whose memory must outlive the process writes it down when it is told to ``save()`` or ``fold()``, and gives back at
/// ``restore(_:)`` only rows that the journal names.
protocol Store: Sendable {
  /// The files it leaves in a complete dump, below the dump's folder.
  var files: [String] { get }
  /// Whether its files are written after those of all other stores, one after the other.
  var finishesLast: Bool { get }

  /// A buffer for the chunks of one worker.
  func block(chunkRows: Int) -> any StoreBlock

  /// Forces all rows that were written to the disk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  func synchronize() throws(Failure)

  /// Saves memory that no file has, for a run that goes on.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  func save() throws(Failure)

  /// Whether files that grow with the rows are to be folded into one of constant size.
  var isFull: Bool { get }

  /// Folds the rows that were taken in into a snapshot.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  /// - Precondition: No worker is between writing a chunk and taking it in; all rows, and the journal, are on the disk.
  func fold() throws(Failure)

  /// Whether the saved memory of an earlier run holds a chunk of its journal.
  func hasSaved(_ chunk: JournalContents.Chunk, skipped reasons: [Int: String]) -> Bool

  /// Takes over the snapshot of an earlier run, if its rows are rows of these chunks.
  ///
  /// - Parameter chunks: The chunks of the journal that every store has saved.
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  func restore(_ chunks: [JournalContents.Chunk]) throws(Failure)

  /// The place of a chunk that an earlier run noted in its journal.
  func standing(of chunk: JournalContents.Chunk) -> ChunkStanding

  /// Reads a chunk back and adds its bytes to a digest, as ``StoreBlock/write(_:digesting:)`` did.
  ///
  /// - Returns: A closure that takes the chunk in, to be called once the digest is known to be right; `nil` where the rows are
  ///   not there.
  /// - Throws: ``Failure`` when a file cannot be read or written.
  func reread(
    _ chunk: JournalContents.Chunk, digesting hash: borrowing SHA256
  ) throws(Failure) -> (() throws(Failure) -> Void)?

  /// Completes one of ``files`` and forces it to the disk.
  ///
  /// - Returns: The SHA-256 of the file.
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  /// - Precondition: All rows were taken in.
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

/// The place of a journalled chunk in a store that goes on.
enum ChunkStanding: Sendable {
  /// In the files, if what was written last has reached the disk.
  case written
  /// In a file that has to be read back into memory.
  case spilled
  /// In a snapshot, which was made when the rows of all stores were on the disk.
  case folded
  /// Nowhere, or only in part.
  case lost
}

/// The rows of one chunk for one store, collected by one worker.
protocol StoreBlock: AnyObject {
  /// The rows that come next; no other worker has any of them.
  func begin(_ rows: Range<Int>)
  /// Collects a row from one place of the batch that ran.
  func record(row: Int, from workspace: Workspace, at place: Int)
  /// Leaves out a row whose image cannot be read.
  func skip(row: Int)

  /// Writes rows to the files, and adds to a digest the bytes that the journal is to vouch for.
  ///
  /// - Returns: The place of the rows in a file of spilled rows, for the journal; `nil` where each row has its own.
  /// - Throws: ``Failure`` of kind `writeFailed`; the rows then count as not done.
  func write(_ rows: Range<Int>, digesting hash: borrowing SHA256) throws(Failure) -> Int?

  /// Takes rows into the memory of the store, now that the journal has them.
  func takeIn(_ rows: Range<Int>)
}

extension StoreBlock {
  func skip(row: Int) {}
  func write(_ rows: Range<Int>, digesting hash: borrowing SHA256) throws(Failure) -> Int? { nil }
  func takeIn(_ rows: Range<Int>) {}
}
