import Synchronization

/// What became of every row: one byte each, shared by the workers.
final class RowLedger: Sendable {
  private enum Status: UInt8 { case pending, recorded, skipped }
  private struct State {
    var status: [UInt8]
    var written: [Bool]
    var reasons: [Int: String] = [:]
  }
  private let state: Mutex<State>

  init(rows: Int) {
    state = Mutex(
      State(
        status: [UInt8](repeating: Status.pending.rawValue, count: rows),
        written: [Bool](repeating: false, count: rows)))
  }

  func recorded(_ row: Int) { state.withLock { $0.status[row] = Status.recorded.rawValue } }

  func skipped(_ row: Int, because reason: String) {
    state.withLock {
      $0.status[row] = Status.skipped.rawValue
      $0.reasons[row] = reason
    }
  }

  /// Only rows that are in the files count.
  func written(_ rows: Range<Int>) {
    state.withLock { state in for row in rows { state.written[row] = true } }
  }

  /// The rows that are in the files, as the fewest ranges.
  var writtenRanges: [Range<Int>] {
    state.withLock { state in
      var ranges: [Range<Int>] = []
      for row in state.written.indices where state.written[row] {
        if let last = ranges.last, last.upperBound == row {
          ranges[ranges.count - 1] = last.lowerBound..<row + 1
        } else {
          ranges.append(row..<row + 1)
        }
      }
      return ranges
    }
  }

  /// What images.tsv says of a row: `ok`, `skipped: …` or `pending`.
  func status(of row: Int) -> String {
    state.withLock { state in
      guard state.written[row] else { return "pending" }
      return state.status[row] == Status.skipped.rawValue ? "skipped: \(state.reasons[row] ?? "")" : "ok"
    }
  }

  /// The rows that were skipped.
  var skippedCount: Int { state.withLock { $0.reasons.count } }
}
