import Dumps
import Machine

/// A dump that is being made: its stores, what is in them, and the lock that keeps others away.
struct OpenDump {
  let lock: FolderLock
  let stores: OpenStores
  let ledger: RowLedger
  let journal: Journal
  var manifest: Manifest
}

/// What there is to do for a dump whose folder is locked.
enum DumpOpening {
  /// Nothing: it was complete before.
  case complete(Manifest, FolderLock)
  /// The rows that its ledger has as pending.
  case open(OpenDump)
}
