import Dumps
import Formats
import Machine

/// A dump that is being made: its files, what is in them, and the lock that keeps others away.
struct OpenDump {
  let lock: FolderLock
  /// The file of each array, `nil` for the layers of a dump that keeps extremes.
  let files: [ArrayFile?]
  /// What such a dump has instead.
  let extremes: ExtremesStore?
  let ledger: RowLedger
  /// None for a dump that is complete.
  let journal: Journal?
  /// None for a dump without baselines, or one that is complete.
  let baselines: BaselineLedger?
  var manifest: Manifest
}
