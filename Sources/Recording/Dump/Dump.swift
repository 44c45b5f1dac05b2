import Checkpoints
import Foundation
import Layers
import Models
import Synchronization
import Tensor

/// Images in, recorded units out.
///
/// Making one checks everything that can be checked without loading weights; nothing is written until it runs.
public struct Dump: Sendable {
  /// What is recorded, from what, into what.
  public let request: DumpRequest
  /// The images, one a row.
  public let images: ImageList
  /// What the dump will be.
  public let outline: DumpOutline

  private let arrays: [RecordedArray]
  private let folder: DumpFolder

  /// Prepares a dump.
  ///
  /// - Throws: ``RecordingError``: contradicting options, no images, an output that is taken.
  public init(_ request: DumpRequest) throws {
    guard request.batchSize > 0, request.threads > 0, request.limit ?? 1 > 0 else {
      throw RecordingError(.usage, "batch size, threads and limit have to be at least 1")
    }
    self.request = request
    folder = DumpFolder(path: request.output)
    try folder.check(overwriting: request.overwrite)
    var images = try ImageList.read(request.images)
    if let limit = request.limit { images.truncate(to: limit) }
    self.images = images
    let graph = try request.model.graph()
    arrays = try Self.arrays(request, graph)
    let rowBytes = arrays.reduce(0) { $0 + $1.rowShape.count } * MemoryLayout<Float>.size
    let chunkRows = Self.chunkRows(
      images: images.count, rowBytes: rowBytes, batchSize: request.batchSize, threads: request.threads)
    outline = DumpOutline(
      images: images.count, layers: request.layers.count,
      units: arrays.dropLast().reduce(0) { $0 + $1.rowShape.channels }, bytes: images.count * rowBytes,
      threads: request.threads, batchSize: request.batchSize, chunkRows: chunkRows,
      weightBytes: graph.parameters.reduce(0) { $0 + $1.shape.count } * MemoryLayout<Float>.size,
      rowBufferBytes: request.threads * chunkRows * rowBytes)
  }

  /// Loads the weights, as a recording would, and adds up the memory it would take, in bytes: weights, what every
  /// worker computes in, and rows that wait to be written.
  ///
  /// - Throws: What loading weights throws.
  public func memory() throws -> Int {
    let network = try network()
    let batchSize = min(request.batchSize, outline.chunkRows)
    return outline.weightBytes + outline.rowBufferBytes
      + request.threads * Workspace.byteCount(for: network.plan, batchSize: batchSize)
  }

  private func network() throws -> Network {
    try Network(
      request.model, weights: request.weights, recording: request.layers.map(\.layer),
      reduction: request.reduction, options: request.options)
  }

  /// Records all images, or as many as there are before `progress` is cancelled.
  ///
  /// - Throws: What loading weights, reading an image and writing a file throw. The images done until then stay.
  public func run(progress: RunProgress = RunProgress()) throws -> DumpSummary {
    let network = try network()
    var manifest = try manifest(of: network)
    try folder.create()
    try folder.check(room: outline.bytes)
    try manifest.write(to: folder.manifest)
    let ledger = RowLedger(rows: images.count)
    let start = Clock.seconds
    do {
      try ImagesTable.write(images, ledger, to: folder.imagesTable)
      let keepOpen = DescriptorLimit.allows(arrays.count)
      let files = try arrays.map { array throws(RecordingError) in
        try ArrayFile(
          creating: "\(request.output)/\(array.file)", rows: images.count, rowShape: array.rowShape,
          keepOpen: keepOpen)
      }
      var times = try record(with: network, into: files, ledger, progress)
      let digests = try times.measure(\.write) { try finish(files, digesting: !progress.isCancelled) }
      manifest.seal(digests)
      try close(&manifest, progress.isCancelled ? .interrupted : .complete, ledger)
      let seconds = Clock.seconds - start
      let recorded = ledger.writtenRanges.reduce(0) { $0 + $1.count } - ledger.skippedCount
      return DumpSummary(
        images: recorded, skipped: ledger.skippedCount, seconds: seconds,
        imagesPerSecond: Double(recorded) / max(seconds, 1e-9), stages: times,
        peakResidentBytes: Clock.peakResidentBytes, output: request.output, state: manifest.state)
    } catch {
      manifest.failure = "\(error)"
      // The first error is the one to report, whatever a full disk does to this.
      try? close(&manifest, .failed, ledger)
      throw error
    }
  }

  private func record(
    with network: Network, into files: [ArrayFile], _ ledger: RowLedger, _ progress: RunProgress
  ) throws -> StageTimes {
    let pass = ImagePass(
      network: network, images: images, rows: 0..<images.count, chunkRows: outline.chunkRows,
      batchSize: request.batchSize, threads: request.threads, onError: request.onError, progress: progress)
    let (arrays, chunkRows) = (arrays, outline.chunkRows)
    return try pass.run { RowBlock(arrays: arrays, files: files, chunkRows: chunkRows, ledger: ledger) }
  }

  /// Forces every file to the disk and, for a dump that is whole, computes its digest.
  private func finish(_ files: [ArrayFile], digesting: Bool) throws -> [String?] {
    let digests = Mutex([String?](repeating: nil, count: files.count))
    let next = Atomic(0)
    try withWorkers(min(request.threads, files.count)) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < files.count else { return }
        try files[index].synchronize()
        guard digesting else { continue }
        let digest = try files[index].digest()
        digests.withLock { $0[index] = digest }
      }
    }
    return digests.withLock { $0 }
  }

  /// Writes what became of every row, then the manifest that makes it count.
  private func close(
    _ manifest: inout Manifest, _ state: Manifest.State, _ ledger: RowLedger
  ) throws(RecordingError) {
    try ImagesTable.write(images, ledger, to: folder.imagesTable)
    manifest.state = state
    manifest.ended = Manifest.now
    manifest.images.skipped = ledger.skippedCount
    if state != .complete { manifest.rowsDone = ledger.writtenRanges.map { [$0.lowerBound, $0.upperBound] } }
    try manifest.write(to: folder.manifest)
  }

  /// The files of a dump, the output last.
  private static func arrays(_ request: DumpRequest, _ graph: Graph) throws -> [RecordedArray] {
    var arrays: [RecordedArray] = []
    for (index, chosen) in request.layers.enumerated() {
      guard let shape = graph.shape(of: chosen.layer) else {
        throw RecordingError(.badData, "\(request.model.identifier) has no layer \(chosen.layer)")
      }
      arrays.append(
        RecordedArray(
          layer: chosen.layer, file: DumpFolder.activations(of: chosen.layer), source: .tap(index),
          units: chosen.units, tapShape: request.reduction == .none ? shape : [shape.channels]))
    }
    let output = RecordedArray(
      layer: "", file: DumpFolder.logits, source: .output, units: nil, tapShape: [request.model.outputs])
    return arrays + [output]
  }

  /// Rows a worker collects before it writes: a multiple of the batch size, at most 32 MiB and 64 rows, and few
  /// enough that every worker gets several chunks.
  package static func chunkRows(images: Int, rowBytes: Int, batchSize: Int, threads: Int) -> Int {
    let share = (images + threads * 8 - 1) / (threads * 8)
    let wanted = (min(share, 64) + batchSize - 1) / batchSize * batchSize
    return max(min(wanted, (32 << 20) / max(rowBytes, 1)), 1)
  }

  private func manifest(of network: Network) throws -> Manifest {
    let name = network.checkpoint.map { ($0.path as NSString).lastPathComponent }
    let arrays = arrays.map { array in
      Manifest.Array(
        name: array.layer.isEmpty ? nil : array.layer,
        studyName: array.layer.isEmpty ? nil : request.model.studyName(of: array.layer), file: array.file,
        shape: [images.count] + array.rowShape.extents, units: array.units)
    }
    return Manifest(
      arguments: request.arguments, model: request.model.identifier,
      weights: .init(
        name: name ?? "\(request.weights)", bytes: network.checkpoint?.fileSize,
        sha256: try network.checkpoint?.sha256()),
      preprocessing: .init(request.model.preprocessing), precision: request.options.precision.rawValue,
      tier: request.options.tier.name, reduce: request.reduction.rawValue, layers: Array(arrays.dropLast()),
      logits: arrays[arrays.count - 1],
      images: .init(
        count: images.count, layout: images.layout, labels: images.labels, listSha256: images.digest),
      onError: request.onError, host: .init(threads: request.threads, batchSize: request.batchSize),
      started: Manifest.now, ended: nil, state: .running)
  }
}

extension Manifest {
  /// Notes the digests of the layers' files, then of the output's.
  fileprivate mutating func seal(_ digests: [String?]) {
    for index in layers.indices { layers[index].sha256 = digests[index] }
    logits.sha256 = digests[layers.count]
  }
}
