import Dumps
import Synchronization

/// The status of every row: one byte each, shared by the workers.
final class RowLedger: Sendable {
  /// The status of a row: pending; its image was recorded; or its image could not be read.
  private enum Status: UInt8 { case pending, recorded, skipped }
  private struct State {
    var status: [UInt8]
    /// The rows that are in the files. Any other row is pending, even if its values were computed.
    var written = RangeSet<Int>()
    var reasons: [Int: String] = [:]
    /// The errors of rows that ended the pass; these rows may be tried again.
    var failures: [Int: String] = [:]

    subscript(row: Int) -> Status {
      get { Status(rawValue: status[row]) ?? .pending }
      set { status[row] = newValue.rawValue }
    }
    var rows: Range<Int> { 0..<status.count }
  }
  private let state: Mutex<State>

  init(rows: Int) { state = Mutex(State(status: [UInt8](repeating: Status.pending.rawValue, count: rows))) }

  /// Restores the rows that an earlier run wrote.
  func restore(_ chunks: [JournalContents.Chunk], _ reasons: [Int: String]) {
    state.withLock { state in
      for chunk in chunks {
        for row in chunk.rows { state[row] = reasons[row] == nil ? .recorded : .skipped }
        state.written.insert(contentsOf: chunk.rows)
      }
      for (row, reason) in reasons where state.rows.contains(row) && state[row] == .skipped {
        state.reasons[row] = reason
      }
    }
  }

  /// Returns the skipped rows among some rows, and the reasons.
  func skipped(among rows: Range<Int>) -> [(row: Int, reason: String)] {
    state.withLock { state in
      rows.compactMap { row in
        state[row] == .skipped ? (row, state.reasons[row] ?? "") : nil
      }
    }
  }

  /// The rows that are not in the files.
  var pending: RangeSet<Int> { state.withLock { RangeSet($0.rows).subtracting($0.written) } }

  func recorded(_ row: Int) { state.withLock { $0[row] = .recorded } }

  func skipped(_ row: Int, because reason: String) {
    state.withLock {
      $0[row] = .skipped
      $0.reasons[row] = reason
    }
  }

  /// Records the row whose image ended the pass.
  func failed(_ row: Int, because reason: String) { state.withLock { $0.failures[row] = reason } }

  /// Records that rows are in the files from now on.
  func wrote(_ rows: Range<Int>) { state.withLock { $0.written.insert(contentsOf: rows) } }

  /// The rows that are in the files.
  var written: RangeSet<Int> { state.withLock { $0.written } }

  /// Returns the status of a row for images.tsv: `ok`, `skipped: …`, `failed: …` or `pending`.
  func status(of row: Int) -> String {
    state.withLock { state in
      guard state.written.contains(row) else {
        return state.failures[row].map { "failed: \($0)" } ?? "pending"
      }
      return state[row] == .skipped ? "skipped: \(state.reasons[row] ?? "")" : "ok"
    }
  }

  /// A row and the reason why its image was skipped, if all rows were tried and none was recorded.
  var reasonWithoutAny: (row: Int, reason: String)? {
    state.withLock { state in
      guard state.written == RangeSet(state.rows),
        state.status.allSatisfy({ $0 == Status.skipped.rawValue })
      else { return nil }
      return state.reasons.min { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
  }

  /// The number of skipped rows that are in the files.
  var skippedCount: Int {
    state.withLock { state in
      state.written.ranges.reduce(0) { $0 + $1.count { state[$0] == .skipped } }
    }
  }
}
