import Foundation
package import Machine
import Synchronization

/// The contents of a journal, read when a dump is resumed, checked or inspected.
package struct JournalContents: Sendable {
  /// Rows that were written to every file, and the SHA-256 of their bytes, file by file.
  package struct Chunk: Sendable, Hashable {
    package let rows: Range<Int>
    package let digest: String
    /// The offset of the rows in the file of spilled rows, counted in rows; only in a dump that keeps
    /// extremes.
    package var place: Int?
    /// Whether a later line of the journal says that the bytes are on the disk.
    package var isDurable = false
  }

  /// The chunks, in the order in which they were done.
  package var chunks: [Chunk] = []
  /// The reasons why rows were skipped, by row.
  package var reasons: [Int: String] = [:]

  /// Reads a journal up to its first invalid line. The last line of a killed run may be truncated.
  ///
  /// - Returns: `nil` when there is no journal, or when another program wrote the file.
  /// - Throws: ``Failure`` of kind `inputMissing` when the file cannot be read.
  package init?(path: String) throws(Failure) {
    guard let data = try Disk.contents(of: path) else { return nil }
    self.init(data)
  }

  /// Parses the bytes of a journal, as `init(path:)` does.
  init?(_ data: Data) {
    var lines = data.split(separator: 10, omittingEmptySubsequences: false)
    lines.removeLast()  // the text after the last line end: empty, or a truncated line
    guard let first = lines.first, JournalLine.parse(first) == [Journal.header] else { return nil }
    for line in lines.dropFirst() {
      guard let fields = JournalLine.parse(line), apply(fields) else { return }
    }
  }

  /// Applies one line; returns false when the line is invalid.
  private mutating func apply(_ fields: [String]) -> Bool {
    switch (fields.first, fields.count) {
    case ("chunk", 4), ("chunk", 5):
      guard let first = Int(fields[1]), let end = Int(fields[2]), 0 <= first, first < end else {
        return false
      }
      let place = fields.count == 5 ? Int(fields[4]) : nil
      guard fields.count == 4 || place.map({ (0..<1 << 40).contains($0) }) == true else { return false }
      chunks.append(Chunk(rows: first..<end, digest: fields[3], place: place))
    case ("skip", 3):
      guard let row = Int(fields[1]), row >= 0 else { return false }
      reasons[row] = fields[2]
    case ("synced", 2):
      guard let count = Int(fields[1]), (0...chunks.count).contains(count) else { return false }
      for index in 0..<count { chunks[index].isDurable = true }
    default: return false
    }
    return true
  }
}

/// A line of a journal: a checksum, then the tab-separated fields that it covers.
private enum JournalLine {
  static func encode(_ fields: [String]) -> String {
    let text = fields.map(EscapedText.escaped).joined(separator: "\t")
    return "\(checksum(Array(text.utf8)))\t\(text)\n"
  }

  static func parse(_ line: Data.SubSequence) -> [String]? {
    guard line.count > 17, line[line.startIndex + 16] == 9,
      let text = String(validating: line.dropFirst(17), as: UTF8.self),
      checksum(Array(text.utf8)).utf8.elementsEqual(line.prefix(16))
    else { return nil }
    return text.split(separator: "\t", omittingEmptySubsequences: false).map {
      EscapedText.unescaped(String($0))
    }
  }

  private static func checksum(_ bytes: [UInt8]) -> String {
    String(bytes.withUnsafeBytes { SHA256.hexDigest(of: $0) }.prefix(16))
  }
}

/// The journal of a dump that is being made. A row that is not in the journal is not done.
///
/// Each chunk has one line, which says that its rows are in the files and gives a digest of their bytes. From
/// time to time all files are forced to the disk, and a line records how many chunks are then durable. When a
/// dump is resumed, the digests of later chunks are compared. So neither a killed process nor a power failure
/// leaves rows that are listed but damaged.
package final class Journal: Sendable {
  static let header = "activation-dump journal 1"
  /// The seconds between two times at which files are forced to the disk.
  static let secondsBetweenSyncs = 20.0

  private struct State {
    var end: Int
    var chunks: Int
    var durable: Int
    var lastSync: Double
    var isSyncing = false
  }
  private let path: String
  private let file: Descriptor
  private let state: Mutex<State>

  /// Starts a journal, which replaces any earlier one. The new journal begins with `contents`.
  ///
  /// - Throws: ``Failure``, `cannotCreate` or `writeFailed`.
  package init(_ path: String, continuing contents: JournalContents? = nil) throws(Failure) {
    self.path = path
    // A new file replaces the old one under the same name. This drops a truncated last line, and a journal
    // exists at all times.
    var durable: [JournalContents.Chunk] = []
    var text = JournalLine.encode([Self.header])
    for chunk in contents?.chunks ?? [] {
      for row in chunk.rows {
        if let reason = contents?.reasons[row] { text += JournalLine.encode(["skip", "\(row)", reason]) }
      }
      text += Self.line(chunk)
      durable.append(chunk)
    }
    // The caller has compared the other digests, but their bytes may not yet be on the disk.
    let synced = durable.prefix { $0.isDurable }.count
    if synced > 0 { text += JournalLine.encode(["synced", "\(synced)"]) }
    let beginning = try TextFile(path)
    try beginning.append(text)
    try beginning.commit()
    do { file = try Descriptor(path, .write) } catch {
      throw Failure(.cannotCreate, "cannot open \(path): \(error)")
    }
    state = Mutex(
      State(end: text.utf8.count, chunks: durable.count, durable: synced, lastSync: Clock.seconds))
  }

  /// Records that rows are in the files; `place` is the offset at which they were spilled.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`; the rows then count as not done.
  package func note(
    _ rows: Range<Int>, digest: String, at place: Int? = nil, skipped: [(row: Int, reason: String)]
  ) throws(Failure) {
    let lines = skipped.map { JournalLine.encode(["skip", "\($0.row)", $0.reason]) }
    try append(lines.joined() + Self.line(JournalContents.Chunk(rows: rows, digest: digest, place: place))) {
      $0.chunks += 1
    }
  }

  /// Forces the journalled rows to the disk, if the interval has passed and no other thread is doing so.
  ///
  /// - Throws: The errors of `synchronize`, which forces the files to the disk; ``Failure`` of kind
  ///   `writeFailed`.
  package func synchronizeNowAndThen(_ synchronize: () throws(Failure) -> Void) throws(Failure) {
    let chunks: Int? = state.withLock { state in
      guard !state.isSyncing, state.chunks > state.durable,
        Clock.seconds - state.lastSync >= Self.secondsBetweenSyncs
      else { return nil }
      state.isSyncing = true
      return state.chunks
    }
    guard let chunks else { return }
    defer {
      state.withLock {
        $0.isSyncing = false
        $0.lastSync = Clock.seconds
      }
    }
    try synchronize()
    try noteDurable(chunks)
  }

  /// Records that all files were forced to the disk after the last chunk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  package func noteDurable() throws(Failure) { try noteDurable(state.withLock { $0.chunks }) }

  private func noteDurable(_ chunks: Int) throws(Failure) {
    try append(JournalLine.encode(["synced", "\(chunks)"])) { $0.durable = chunks }
    do { try file.synchronizeBytes() } catch {
      throw Failure(.writeFailed, "cannot write \(path) to the disk: \(error)")
    }
  }

  private func append(_ text: String, then change: (inout State) -> Void) throws(Failure) {
    let failure: Failure? = state.withLock { state in
      do throws(Failure) {
        try Disk.write(Array(text.utf8), at: state.end, to: file, path: path)
        state.end += text.utf8.count
        change(&state)
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
  }

  private static func line(_ chunk: JournalContents.Chunk) -> String {
    JournalLine.encode(
      ["chunk", "\(chunk.rows.lowerBound)", "\(chunk.rows.upperBound)", chunk.digest]
        + (chunk.place.map { ["\($0)"] } ?? []))
  }
}
