import Dumps
import Synchronization

/// What became of every row: one byte each, shared by the workers.
final class RowLedger: Sendable {
  /// A row counts once it is in the files; until then it is pending whatever was computed.
  private enum Status: UInt8 { case pending, recorded, skipped, recordedAndWritten, skippedAndWritten }
  private struct State {
    var status: [UInt8]
    var reasons: [Int: String] = [:]
    /// Why a row ended the pass; it may be tried again.
    var failures: [Int: String] = [:]

    subscript(row: Int) -> Status {
      get { Status(rawValue: status[row]) ?? .pending }
      set { status[row] = newValue.rawValue }
    }
    func isWritten(_ row: Int) -> Bool { self[row] == .recordedAndWritten || self[row] == .skippedAndWritten }
  }
  private let state: Mutex<State>

  init(rows: Int) { state = Mutex(State(status: [UInt8](repeating: Status.pending.rawValue, count: rows))) }

  /// Takes over what an earlier run wrote.
  func restore(_ chunks: [JournalContents.Chunk], _ reasons: [Int: String]) {
    state.withLock { state in
      for chunk in chunks {
        for row in chunk.rows { state[row] = reasons[row] == nil ? .recordedAndWritten : .skippedAndWritten }
      }
      for (row, reason) in reasons
      where state.status.indices.contains(row) && state[row] == .skippedAndWritten {
        state.reasons[row] = reason
      }
    }
  }

  /// The skipped rows among some, and why.
  func skipped(among rows: Range<Int>) -> [(row: Int, reason: String)] {
    state.withLock { state in
      rows.compactMap { row in
        state[row] == .skipped || state[row] == .skippedAndWritten ? (row, state.reasons[row] ?? "") : nil
      }
    }
  }

  /// The rows that are not in the files, as the fewest ranges.
  var pendingRanges: [Range<Int>] {
    var ranges: [Range<Int>] = []
    var next = 0
    for range in writtenRanges {
      if next < range.lowerBound { ranges.append(next..<range.lowerBound) }
      next = range.upperBound
    }
    let count = state.withLock { $0.status.count }
    return next < count ? ranges + [next..<count] : ranges
  }

  func recorded(_ row: Int) { state.withLock { $0[row] = .recorded } }

  func skipped(_ row: Int, because reason: String) {
    state.withLock {
      $0[row] = .skipped
      $0.reasons[row] = reason
    }
  }

  /// A row whose image ended the pass.
  func failed(_ row: Int, because reason: String) { state.withLock { $0.failures[row] = reason } }

  func written(_ rows: Range<Int>) {
    state.withLock { state in
      for row in rows { state[row] = state[row] == .skipped ? .skippedAndWritten : .recordedAndWritten }
    }
  }

  /// The rows that are in the files, as the fewest ranges.
  var writtenRanges: [Range<Int>] {
    state.withLock { state in
      var ranges: [Range<Int>] = []
      for row in state.status.indices where state.isWritten(row) {
        if let last = ranges.last, last.upperBound == row {
          ranges[ranges.count - 1] = last.lowerBound..<row + 1
        } else {
          ranges.append(row..<row + 1)
        }
      }
      return ranges
    }
  }

  /// What images.tsv says of a row: `ok`, `skipped: …`, `failed: …` or `pending`.
  func status(of row: Int) -> String {
    state.withLock { state in
      switch state[row] {
      case .recordedAndWritten: "ok"
      case .skippedAndWritten: "skipped: \(state.reasons[row] ?? "")"
      case .pending, .recorded, .skipped: state.failures[row].map { "failed: \($0)" } ?? "pending"
      }
    }
  }

  /// Why no row was recorded though all were tried: a row and the reason why its image was skipped.
  var reasonWithoutAny: (row: Int, reason: String)? {
    state.withLock { state in
      guard state.status.allSatisfy({ $0 == Status.skippedAndWritten.rawValue }) else { return nil }
      return state.reasons.min { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
  }

  /// The skipped rows that are in the files.
  var skippedCount: Int {
    state.withLock { state in state.status.count { $0 == Status.skippedAndWritten.rawValue } }
  }
}
