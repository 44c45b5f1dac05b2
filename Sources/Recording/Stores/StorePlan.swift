import Dumps
import Machine

/// One kind of data that a dump keeps, before any file exists: its cost, and its description in the manifest.
///
/// A kind of recording consists of four types: its plan; its ``Store``, open while images run; the
/// ``StoreBlock`` of each worker; and its ``StoredFiles``, which are merged and checked.
protocol StorePlan: Sendable {
  /// The size in bytes of its files in a complete dump, as far as room is reserved for them.
  var bytes: Int { get }
  /// The size in bytes of files that exist only while the dump is made.
  var workingBytes: Int { get }
  /// The size in bytes of the part of each row that a worker collects.
  var rowBytes: Int { get }
  /// The number of files that are open all the time.
  var openFiles: Int { get }

  /// Returns the memory of the store, and of writing its files.
  func memory(threads: Int) -> StoreMemory

  /// Adds the files, without digests, and their settings.
  func describe(in manifest: inout Manifest)

  /// Opens the files: new ones, or those of an earlier run.
  ///
  /// - Parameters:
  ///   - folder: The dump's folder.
  ///   - continuing: Whether the files already exist.
  ///   - keepOpen: Whether the system allows all files of the dump to stay open.
  /// - Returns: The store, which holds no rows yet: see ``Store/restore(_:)``.
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`; `badData` when a file is not that of the earlier
  ///   run.
  func open(in folder: DumpFolder, continuing: Bool, keepOpen: Bool) throws(Failure) -> any Store
}

extension StorePlan {
  var bytes: Int { 0 }
  var workingBytes: Int { 0 }
  var rowBytes: Int { 0 }
  var openFiles: Int { 0 }
  func memory(threads: Int) -> StoreMemory { StoreMemory() }
}

/// The memory of a store in bytes, without the rows that its workers collect.
struct StoreMemory: Sendable {
  /// The numbers kept of units, and the buffers for writing them.
  var kept = 0
  /// The sums that workers accumulate, outside their workspaces.
  var totals = 0
}

extension [any StorePlan] {
  /// Returns the memory of all stores, in bytes.
  func memory(threads: Int) -> StoreMemory {
    reduce(into: StoreMemory()) { sum, plan in
      let memory = plan.memory(threads: threads)
      sum.kept += memory.kept
      sum.totals += memory.totals
    }
  }
}
