import Dumps
import Machine

/// A dump that is being made: its stores, their state, and the lock that excludes other processes.
struct OpenDump {
  let lock: FolderLock
  let stores: OpenStores
  let ledger: RowLedger
  let journal: Journal
  var manifest: Manifest
}

/// The remaining work of a dump whose folder is locked.
enum DumpOpening {
  /// No work: the dump was already complete.
  case complete(Manifest, FolderLock)
  /// The rows that are pending in its ledger.
  case open(OpenDump)
}
