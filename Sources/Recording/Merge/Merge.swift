import Datasets
import Dumps
import Formats
import Foundation
package import Machine
import Tensor

/// A merge of the shards of one recording. The result is identical, byte for byte, to the dump of a single
/// run.
package struct Merge: Sendable {
  /// The result of a merge.
  package struct Summary: Sendable, Codable {
    /// The number of rows, and of the rows whose image could not be read.
    package var images: Int, skipped: Int
    /// The number of shards, and the size of their arrays in bytes. All arrays were compared with their
    /// digests.
    package var shards: Int, bytes: Int
    /// The duration in seconds.
    package var seconds: Double
    /// The folder.
    package var output: String
  }

  let parts: [Part]
  let folder: DumpFolder
  let existing: ExistingOutput
  private let threads: Int
  private let arguments: [String]
  private let wording: Sentence.Wording

  /// Inspects the shards without reading their arrays.
  ///
  /// - Parameters:
  ///   - paths: The folders of the shards, or folders of such folders.
  ///   - output: The folder to make.
  ///   - existing: The policy for an existing dump at the output.
  ///   - threads: The number of files to copy at once.
  ///   - arguments: The command line, for the manifest.
  ///   - wording: The wording of settings in the manifest's description of a failure.
  /// - Throws: ``Failure`` when a shard or its rows are missing, or the shards are not of one recording.
  package init(
    _ paths: [String], into output: String, existing: ExistingOutput = .refuse,
    threads: Int = ProcessorCount.available, arguments: [String] = [],
    wording: Sentence.Wording = .plain
  ) throws(Failure) {
    (folder, self.existing) = (DumpFolder(path: output), existing)
    (self.threads, self.arguments, self.wording) = (threads, arguments, wording)
    try folder.check(existing)
    parts = try Self.parts(try ShardFolders.expand(paths))
    try Self.check(parts)
  }

  /// Returns the shards in some folders, in order of their indices.
  static func parts(_ paths: [String]) throws(Failure) -> [Part] {
    var parts: [Part] = []
    for path in paths {
      let folder = DumpFolder(path: path)
      let manifest = try Manifest.read(folder.manifest)
      guard let shard = manifest.shard else {
        throw Failure(.badData, "\(path) is not a shard: it was recorded without \(.shard)")
      }
      parts.append(Part(folder: folder, manifest: manifest, shard: shard))
    }
    return parts.sorted { ($0.shard.index, $0.folder.path) < ($1.shard.index, $1.folder.path) }
  }

  /// Copies every array and the table of images, and compares each file with its digest while copying.
  ///
  /// - Returns: A summary; `nil` when the merge was cancelled.
  /// - Throws: ``Failure`` when a file of a shard does not match its manifest, or a write failed.
  package func run(progress: RunProgress = RunProgress()) throws -> Summary? {
    let start = Clock.seconds
    let lock = try folder.lock()
    defer { withExtendedLifetime(lock) {} }
    if let warning = lock.warning { progress.tell(warning) }
    try folder.check(existing)
    var manifest = merged()
    let stored = manifest.storedFiles
    let bytes = parts.reduce(0) { $0 + $1.bytes }
    if let earlier = try earlier(manifest) {
      manifest = earlier
      try folder.removeTemporaryFiles()
      try folder.createLayersFolder(for: manifest.keep)
    } else {
      try folder.clear(for: manifest.keep)
      try folder.check(room: stored.reduce(0) { $0 + $1.mergedBytes(of: parts) })
    }
    if manifest.state != .complete {
      manifest.state = .running
      let record = try MergeManifest(manifest, in: folder, wording: wording)
      guard try merge(stored.files(finishingLast: false), noting: record, progress) else { return nil }
      manifest = try record.close { manifest throws(Failure) in
        manifest.images.tableSha256 = try mergeTables()
        for file in stored.files(finishingLast: true) {
          manifest.seal(file.name, try file.merge(parts, into: folder))
        }
      }
    }
    try folder.removeJournal()
    return Summary(
      images: manifest.images.count - manifest.images.skipped, skipped: manifest.images.skipped,
      shards: parts.count, bytes: bytes, seconds: Clock.seconds - start, output: folder.path)
  }

  /// Merges the files that are not yet complete.
  ///
  /// - Returns: Whether all files are complete; false when the merge was cancelled.
  private func merge(_ files: [StoredFile], noting record: MergeManifest, _ progress: RunProgress) throws
    -> Bool
  {
    do {
      let pending = files.filter { !record.isDone($0.name) }
      progress.begin(total: pending.count)
      try forEach(in: pending, threads: threads, progress: progress) { file throws(Failure) in
        try record.note(file.name, digest: try file.merge(parts, into: folder))
        progress.note(done: 1)
      }
    } catch {
      record.fail(error)
      throw error
    }
    if progress.isCancelled { try record.interrupt() }
    return !progress.isCancelled
  }

  /// Returns the manifest of the whole, without digests.
  private func merged() -> Manifest {
    var manifest = parts[0].manifest
    let images = parts.reduce(0) { $0 + $1.manifest.images.count }
    manifest.images.count = images
    manifest.images.skipped = parts.reduce(0) { $0 + $1.manifest.images.skipped }
    manifest.forEachArray { $0.images = images }
    for file in manifest.storedFiles.flatMap(\.files) { manifest.seal(file, nil) }
    manifest.images.tableSha256 = nil
    manifest.merged = parts.map {
      .init(
        index: $0.shard.index, host: $0.manifest.host, started: $0.manifest.started, ended: $0.manifest.ended)
    }
    manifest.host = .init(threads: threads, batchSize: manifest.host.batchSize)
    (manifest.shard, manifest.resumed, manifest.arguments) = (nil, nil, arguments)
    (manifest.state, manifest.started, manifest.ended) = (.running, Manifest.now, nil)
    return manifest
  }

  /// Joins the tables of images under one header.
  ///
  /// - Returns: The SHA-256 of the whole.
  private func mergeTables() throws(Failure) -> String {
    let file = try TextFile(folder.imagesTable)
    for (index, part) in parts.enumerated() {
      let path = part.folder.imagesTable
      guard let data = Disk.data(of: path) else {
        throw Failure(.inputMissing, "cannot read \(path): \(Disk.lastError)")
      }
      let header = Data(ImagesFile.header.utf8)
      guard data.starts(with: header),
        data.withUnsafeBytes({ SHA256.hexDigest(of: $0) }) == part.manifest.images.tableSha256
      else {
        throw Failure(
          .badData,
          "\(path) does not have the SHA-256 of its manifest",
          remedy: "record the shard again with \(.overwrite)")
      }
      try file.append(index == 0 ? data : data.dropFirst(header.count))
    }
    try file.commit()
    return try ArrayFile.digest(ofFile: folder.imagesTable)
  }
}
