import Dumps
import Machine

/// One thing that a dump keeps, before any of its files is there: what it takes, and what the manifest says of it.
///
/// A kind of recording is four types: its plan; its ``Store``, open while images run; the ``StoreBlock`` of each worker; and
/// its ``StoredFiles``, which are merged and checked.
protocol StorePlan: Sendable {
  /// The bytes of its files in a complete dump, as far as room is made for them.
  var bytes: Int { get }
  /// The bytes of files that are there only while the dump is made.
  var workingBytes: Int { get }
  /// The bytes a worker collects of each row.
  var rowBytes: Int { get }
  /// The files that are open all the time.
  var openFiles: Int { get }

  /// The memory of the store, and of its files while they are written.
  func memory(threads: Int) -> StoreMemory

  /// Adds the files, without digests, and what was chosen for them.
  func describe(in manifest: inout Manifest)

  /// Opens files, new ones or those that an earlier run began.
  ///
  /// - Parameters:
  ///   - folder: The dump's folder.
  ///   - continuing: Whether the files are there already.
  ///   - keepOpen: Whether the system allows all files of the dump to stay open.
  /// - Returns: The store, which holds no rows yet: see ``Store/restore(_:)``.
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`; `badData` where a file is not the one that was begun.
  func open(in folder: DumpFolder, continuing: Bool, keepOpen: Bool) throws(Failure) -> any Store
}

extension StorePlan {
  var bytes: Int { 0 }
  var workingBytes: Int { 0 }
  var rowBytes: Int { 0 }
  var openFiles: Int { 0 }
  func memory(threads: Int) -> StoreMemory { StoreMemory() }
}

/// The memory of a store beside the rows that its workers collect, in bytes.
struct StoreMemory: Sendable {
  /// The numbers kept of units, and the buffers that write them.
  var kept = 0
  /// The sums that workers add up beside their workspaces.
  var totals = 0
}

extension [any StorePlan] {
  /// The memory of all stores, in bytes.
  func memory(threads: Int) -> StoreMemory {
    reduce(into: StoreMemory()) { sum, plan in
      let memory = plan.memory(threads: threads)
      sum.kept += memory.kept
      sum.totals += memory.totals
    }
  }
}
