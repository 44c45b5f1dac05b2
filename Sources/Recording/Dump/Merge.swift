import Checkpoints
import Foundation
import Synchronization
import Tensor

/// Shards of one recording put together into the dump a single run would have made, byte for byte.
public struct Merge: Sendable {
  /// What a merge did.
  public struct Summary: Sendable, Codable {
    /// The rows, and those whose image could not be read.
    public var images: Int, skipped: Int
    /// The shards, and the bytes of their arrays, all of which were compared with their digests.
    public var shards: Int, bytes: Int
    /// How long it took.
    public var seconds: Double
    /// The folder.
    public var output: String
  }

  /// A shard with what its manifest says.
  private struct Part: Sendable {
    let folder: DumpFolder
    let manifest: Manifest
    let shard: Manifest.ShardSummary
  }

  private let parts: [Part]
  private let folder: DumpFolder
  private let existing: ExistingOutput
  private let threads: Int
  private let arguments: [String]

  /// Looks at the shards without reading their arrays.
  ///
  /// - Parameters:
  ///   - paths: The folders of the shards, or folders of such folders.
  ///   - output: The folder to make.
  ///   - existing: What to do about a dump in its place.
  ///   - threads: The files to copy at once.
  ///   - arguments: The command line, for the manifest.
  /// - Throws: ``RecordingError``: a shard or rows of one are missing, or they are not of one recording.
  public init(
    _ paths: [String], into output: String, existing: ExistingOutput = .refuse,
    threads: Int = ProcessorCount.available, arguments: [String] = []
  ) throws(RecordingError) {
    (folder, self.existing) = (DumpFolder(path: output), existing)
    (self.threads, self.arguments) = (threads, arguments)
    try folder.check(existing)
    var parts: [Part] = []
    for path in try ShardFolders.expand(paths) {
      let folder = DumpFolder(path: path)
      let manifest = try Manifest.read(folder.manifest)
      guard let shard = manifest.shard else {
        throw RecordingError(.badData, "\(path) is not a shard: it was recorded without --shard")
      }
      parts.append(Part(folder: folder, manifest: manifest, shard: shard))
    }
    self.parts = parts.sorted { ($0.shard.index, $0.folder.path) < ($1.shard.index, $1.folder.path) }
    try check()
  }

  /// All shards of one recording, each once and whole.
  private func check() throws(RecordingError) {
    guard let first = parts.first else { throw RecordingError(.usage, "there are no shards to merge") }
    for part in parts.dropFirst() {
      var differences = first.manifest.differences(from: part.manifest, ignoringShard: true).map(
        \.description)
      if part.shard.count != first.shard.count {
        differences.append("\(first.shard.count) shards, not \(part.shard.count)")
      }
      guard differences.isEmpty else {
        throw RecordingError(
          .badData,
          "\(first.folder.path) and \(part.folder.path) are not of one recording: "
            + differences.joined(separator: "; "))
      }
    }
    for (a, b) in zip(parts, parts.dropFirst()) where a.shard.index == b.shard.index {
      throw RecordingError(
        .badData, "\(a.folder.path) and \(b.folder.path) are both shard \(a.shard.index); name one of them")
    }
    let missing = Set(0..<first.shard.count).subtracting(parts.map(\.shard.index))
    guard missing.isEmpty else {
      throw RecordingError(
        .inputMissing,
        "\(missing.count) of \(first.shard.count) shards are missing: \(Self.ranges(missing.sorted())); record them first"
      )
    }
    for part in parts where part.manifest.state != .complete {
      let done = JournalContents(path: part.folder.journal)?.chunks.reduce(0) { $0 + $1.rows.count } ?? 0
      throw RecordingError(
        .badData,
        "\(part.folder.path) is not complete: it has \(done) of its \(part.manifest.images.count) images;"
          + " record the rest with --resume")
    }
  }

  /// Numbers as the fewest ranges: `3, 17-19`.
  package static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ", ")
  }

  /// Copies every array and the table of images, comparing each file with its digest on the way.
  ///
  /// - Returns: What was done; `nil` when it was cancelled, which leaves nothing to go on with.
  /// - Throws: ``RecordingError``: a file of a shard is not what its manifest says, or a write failed.
  public func run(progress: RunProgress = RunProgress()) throws -> Summary? {
    let start = Clock.seconds
    let lock = try folder.lock()
    defer { withExtendedLifetime(lock) {} }
    try folder.check(existing)
    try folder.clear()
    var manifest = merged()
    let arrays = manifest.layers + [manifest.logits]
    let bytes = arrays.reduce(0) { $0 + $1.shape.reduce(4, *) }
    try folder.check(room: bytes)
    try manifest.write(to: folder.manifest)
    do {
      progress.begin(total: arrays.count)
      let digests = Mutex([String](repeating: "", count: arrays.count))
      let next = Atomic(0)
      try withWorkers(max(min(threads, arrays.count), 1)) { _ in
        while !progress.isStopping {
          let index = next.add(1, ordering: .relaxed).oldValue
          guard index < arrays.count else { return }
          let digest = try merge(arrays[index], index)
          digests.withLock { $0[index] = digest }
          progress.note(done: 1)
        }
      }
      guard !progress.isCancelled else {
        manifest.state = .interrupted
        try manifest.write(to: folder.manifest)
        return nil
      }
      digests.withLock { digests in
        for index in manifest.layers.indices { manifest.layers[index].sha256 = digests[index] }
        manifest.logits.sha256 = digests[arrays.count - 1]
      }
      manifest.images.tableSha256 = try mergeTables()
    } catch {
      (manifest.state, manifest.failure) = (.failed, "\(error)")
      try? manifest.write(to: folder.manifest)
      throw error
    }
    (manifest.state, manifest.ended) = (.complete, Manifest.now)
    try manifest.write(to: folder.manifest)
    try folder.removeJournal()
    return Summary(
      images: manifest.images.count - manifest.images.skipped, skipped: manifest.images.skipped,
      shards: parts.count, bytes: bytes, seconds: Clock.seconds - start, output: folder.path)
  }

  /// The manifest of the whole, without digests.
  private func merged() -> Manifest {
    var manifest = parts[0].manifest
    manifest.images.count = parts.reduce(0) { $0 + $1.manifest.images.count }
    manifest.images.skipped = parts.reduce(0) { $0 + $1.manifest.images.skipped }
    for index in manifest.layers.indices { manifest.layers[index].shape[0] = manifest.images.count }
    manifest.logits.shape[0] = manifest.images.count
    manifest.merged = parts.map {
      .init(
        index: $0.shard.index, host: $0.manifest.host, started: $0.manifest.started, ended: $0.manifest.ended)
    }
    manifest.host = .init(threads: threads, batchSize: manifest.host.batchSize)
    (manifest.shard, manifest.resumed, manifest.arguments) = (nil, nil, arguments)
    (manifest.state, manifest.started, manifest.ended) = (.running, Manifest.now, nil)
    return manifest
  }

  /// Copies the rows of one array from all shards.
  ///
  /// - Returns: The SHA-256 of the whole.
  private func merge(_ array: Manifest.Array, _ index: Int) throws(RecordingError) -> String {
    let rowShape = Shape(Array(array.shape.dropFirst()))
    let file = try ArrayFile(
      creating: "\(folder.path)/\(array.file)", rows: array.shape[0], rowShape: rowShape, keepOpen: true)
    var row = 0
    for part in parts {
      let source = index < part.manifest.layers.count ? part.manifest.layers[index] : part.manifest.logits
      let path = "\(part.folder.path)/\(source.file)"
      let count = part.manifest.images.count
      guard source.shape == [count] + rowShape.extents else {
        throw RecordingError(.badData, "\(part.folder.manifest) contradicts itself about \(source.file)")
      }
      let shard = try ArrayFile(continuing: path, rows: count, rowShape: rowShape, keepOpen: true)
      let digest = try file.copy(shard, toRow: row)
      guard digest == source.sha256 else {
        throw RecordingError(
          .badData,
          "\(path) does not have the SHA-256 of its manifest; record the shard again with --overwrite")
      }
      row += count
    }
    try file.synchronize()
    return try file.digest()
  }

  /// Joins the tables of images under one header.
  ///
  /// - Returns: The SHA-256 of the whole.
  private func mergeTables() throws(RecordingError) -> String {
    let file = try TextFile(folder.imagesTable)
    for (index, part) in parts.enumerated() {
      let path = part.folder.imagesTable
      guard let data = FileManager.default.contents(atPath: path) else {
        throw RecordingError(.inputMissing, "cannot read \(path): \(Disk.lastError)")
      }
      let header = Data(ImagesTable.header.utf8)
      guard data.starts(with: header),
        data.withUnsafeBytes({ SHA256.hexDigest(of: $0) }) == part.manifest.images.tableSha256
      else {
        throw RecordingError(
          .badData,
          "\(path) does not have the SHA-256 of its manifest; record the shard again with --overwrite")
      }
      try file.append(index == 0 ? data : data.dropFirst(header.count))
    }
    try file.commit()
    return try ArrayFile.digest(ofFile: folder.imagesTable)
  }
}
