import Checkpoints
public import Datasets
import Dumps
import Formats
import Foundation
import Images
import Inference
import Layers
public import Machine
import Models
import Synchronization
import Tensor

/// Images in, recorded units out.
///
/// Making one checks everything that can be checked without loading weights; nothing is written until it runs.
public struct Dump: Sendable {
  /// What is recorded, from what, into what.
  public let request: DumpRequest
  /// The images of all shards.
  public let images: ImageList
  /// Those that are recorded, one a row.
  public let rows: Range<Int>
  /// What the dump will be.
  public let outline: DumpOutline

  let arrays: [RecordedArray]
  let folder: DumpFolder
  /// What is kept in the place of matrices.
  let extremes: ExtremesStore.Layout?
  /// The shape of each recorded layer's value for one image, before anything is reduced or chosen.
  let layerShapes: [Shape]

  /// Prepares a dump.
  ///
  /// - Throws: ``Failure``: contradicting options, no images, an output that is taken.
  public init(_ request: DumpRequest) throws {
    try request.check()
    folder = DumpFolder(path: request.output)
    try folder.check(request.existing)
    var request = request
    request.pillow = try request.pillow ?? folder.recordedPillow(request.existing) ?? .standard
    var images = try ImageList.read(request.images, imageKeys: request.imageKeys)
    if let labels = request.labels { try images.label(from: labels) }
    if let limit = request.limit { images.truncate(to: limit) }
    self.images = images
    rows = request.shard?.rows(of: images.count) ?? 0..<images.count
    guard !rows.isEmpty else {
      throw Failure(
        .usage,
        "shard \(request.shard.map(String.init(describing:)) ?? "") of \(images.count) images has none of them",
        remedy: "use fewer shards"
      )
    }
    let identity = try request.identity ?? WeightsIdentity(request.model, request.weights)
    (request.identity, request.model) = (identity, identity.model)
    self.request = request
    let graph = try request.model.graph()
    arrays = try Self.arrays(request, graph)
    layerShapes = request.layers.compactMap { graph.shape(of: $0.layer) }
    let rowBytes = arrays.reduce(0) { $0 + $1.rowShape.count } * MemoryLayout<Float>.size
    let chunkRows = ImagePass.chunkRows(
      images: rows.count, rowBytes: rowBytes, batchSize: request.batchSize, threads: request.threads,
      isUnitMajor: request.isUnitMajor)
    extremes = try Self.extremes(request, rows, of: images.count, arrays, folder)
    outline = DumpOutline(
      images: rows.count, layers: request.layers.count,
      units: arrays.layers.reduce(0) { $0 + $1.rowShape.channels },
      bytes: Self.fileBytes(arrays, rows.count, extremes),
      threads: request.threads, batchSize: request.batchSize, chunkRows: chunkRows,
      weightBytes: graph.parameters.reduce(0) { $0 + $1.shape.count } * MemoryLayout<Float>.size,
      rowBufferBytes: request.threads * chunkRows * rowBytes,
      extremesBytes: extremes.map { $0.memory + request.threads * $0.writingMemory } ?? 0)
  }

  /// Records all images, or as many as there are before `progress` is cancelled; going on where an earlier run stopped
  /// does only what that one did not.
  ///
  /// - Throws: What loading weights, reading an image and writing a file throw, and ``Failure`` when the memory
  ///   would not do. The images done until then stay.
  public func run(progress: RunProgress = RunProgress()) throws -> DumpSummary {
    let network = try load()
    let manifest = try manifest(of: network)
    let agreement = agreement(of: manifest)
    try agreement?.check()
    var open = try open(manifest)
    if let warning = open.lock.warning { progress.tell(warning) }
    let start = Clock.seconds
    let before = open.ledger.writtenRanges.reduce(0) { $0 + $1.count }
    if open.manifest.state == .complete { return summary(open, recorded: 0, since: start, StageTimes()) }
    do {
      var times = try record(with: network, into: open, progress)
      try checkRecorded(open.ledger)
      try agreement?.check(atEnd: true)
      if let digests = try times.measure(\.write, { try finish(open, progress) }) {
        open.manifest.seal(digests)
        try writeBaselines(&open)
        try close(&open, .complete)
      } else {
        try open.journal?.noteDurable()
        try close(&open, .interrupted)
      }
      let done = open.ledger.writtenRanges.reduce(0) { $0 + $1.count } - before
      return summary(open, recorded: done, since: start, times)
    } catch {
      open.manifest.failure = request.wording.text(of: error)
      // The first error is the one to report, whatever a full disk does to this.
      try? close(&open, .failed)
      throw error
    }
  }

  private func summary(
    _ open: OpenDump, recorded: Int, since start: Double, _ times: StageTimes
  ) -> DumpSummary {
    let seconds = Clock.seconds - start
    let skipped = open.manifest.images.skipped
    let rows =
      open.manifest.state == .complete ? rows.count : open.ledger.writtenRanges.reduce(0) { $0 + $1.count }
    return DumpSummary(
      images: rows - skipped, skipped: skipped, seconds: seconds,
      imagesPerSecond: Double(recorded) / max(seconds, 1e-9), stages: times,
      peakResidentBytes: Clock.peakResidentBytes, output: request.output, state: open.manifest.state)
  }

  private func record(
    with network: Network, into open: OpenDump, _ progress: RunProgress
  ) throws -> StageTimes {
    guard let journal = open.journal else { return StageTimes() }
    let pass = ImagePass(
      network: network, images: images, rows: open.ledger.pendingRanges, firstImage: rows.lowerBound,
      chunkRows: outline.chunkRows, batchSize: request.batchSize, threads: request.threads,
      onError: request.onError, progress: progress)
    let (arrays, chunkRows) = (arrays, outline.chunkRows)
    return try pass.run { RowBlock(arrays: arrays, into: open, chunkRows: chunkRows, journal: journal) }
  }

  /// Forces every file to the disk, writes extremes and computes the digest of each file.
  ///
  /// - Returns: The digests; `nil` when somebody stopped that, or the pass before it.
  private func finish(_ open: OpenDump, _ progress: RunProgress) throws -> [String]? {
    let files = open.files
    let digests = Mutex([String?](repeating: nil, count: files.count))
    let next = Atomic(0)
    try withWorkers(min(request.threads, files.count)) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < files.count else { return }
        try files[index]?.synchronize()
        if progress.isStopping { continue }
        let path = "\(request.output)/\(arrays[index].file)"
        if files[index] == nil { try open.extremes?.write(layer: index, to: path) }
        let digest = try files[index]?.digest() ?? ArrayFile.digest(ofFile: path)
        digests.withLock { $0[index] = digest }
      }
    }
    let known = digests.withLock { $0.compactMap { $0 } }
    if known.count == files.count { return known }
    try open.extremes?.synchronize()
    return nil
  }

  /// Writes what became of every row, then the manifest that makes it count.
  private func close(_ open: inout OpenDump, _ state: Manifest.State) throws(Failure) {
    try ImagesTable.write(images, rows, status: open.ledger.status(of:), to: folder.imagesTable)
    open.manifest.state = state
    open.manifest.ended = Manifest.now
    open.manifest.images.skipped = open.ledger.skippedCount
    if state == .complete {
      open.manifest.rowsDone = nil
      open.manifest.images.tableSha256 = try ArrayFile.digest(ofFile: folder.imagesTable)
    } else {
      open.manifest.rowsDone = open.ledger.writtenRanges.map { [$0.lowerBound, $0.upperBound] }
    }
    try open.manifest.write(to: folder.manifest)
    if state == .complete { try folder.removeJournal() } else { try open.baselines?.save() }
  }

  /// The files of a dump, that of the output last; a network without a head has none.
  private static func arrays(_ request: DumpRequest, _ graph: Graph) throws -> [RecordedArray] {
    var arrays: [RecordedArray] = []
    for (index, chosen) in request.layers.enumerated() {
      guard let shape = graph.shape(of: chosen.layer) else {
        throw Failure(.badData, "\(request.model.identifier) has no layer \(chosen.layer)")
      }
      arrays.append(
        RecordedArray(
          layer: chosen.layer,
          file: request.keep == .all
            ? DumpFolder.activations(of: chosen.layer) : DumpFolder.extremes(of: chosen.layer),
          source: .tap(index), units: chosen.units,
          format: ArrayFormat(request.valueType, isUnitMajor: request.isUnitMajor),
          tapShape: request.reduction == .none ? shape : [shape.channels]))
    }
    guard request.model.head != .absent else { return arrays }
    let output = RecordedArray(
      layer: "", file: DumpFolder.logits, source: .output, units: nil, tapShape: [request.model.outputs])
    return arrays + [output]
  }

  /// Remarks as the manifest has them.
  private func worded(_ remarks: [Sentence]) -> [String]? {
    remarks.isEmpty ? nil : remarks.map { $0.text(in: request.wording) }
  }

  private func manifest(of network: Network) throws -> Manifest {
    let name = network.checkpoint.map { PathText.shown(PathText.lastComponent(of: $0.path)) }
    var arrays = arrays.map { array in
      Manifest.Array(
        name: array.layer.isEmpty ? nil : array.layer,
        studyName: array.layer.isEmpty ? nil : request.model.studyName(of: array.layer), file: array.file,
        shape: array.format.shape(rows: rows.count, rowShape: array.rowShape).extents,
        dtype: array.format.dtype, unitMajor: array.format.isUnitMajor ? true : nil, units: array.units)
    }
    let graph = try request.model.graph()
    for (index, shape) in layerShapes.enumerated() {
      arrays[index].positions = shape.positions
      arrays[index].nonNegative = graph.isNonNegative(self.arrays[index].layer) ? true : nil
    }
    return Manifest(
      arguments: request.arguments, model: request.model.identifier,
      weights: .init(
        name: name ?? "\(request.weights)", bytes: network.checkpoint?.fileSize,
        sha256: network.identity.sha256,
        key: network.identity.choice.flatMap { $0.key.isEmpty ? nil : $0.key },
        release: network.identity.release,
        remarks: worded(network.identity.remarks)),
      preprocessing: .init(request.model.preprocessing, pillow: network.pillow),
      precision: request.options.precision.rawValue,
      tier: request.options.tier.name, reduce: request.reduction.rawValue,
      extremes: extremes.map { _ in
        .init(limit: request.keepLimit, sample: min(request.sampleRows, images.count))
      },
      head: .init(request.model.head), layers: arrays.filter { $0.name != nil },
      baselines: request.baselines ? self.arrays.layers.map(baselineFile) : nil,
      logits: arrays.first { $0.name == nil },
      images: .init(
        source: EscapedText.escaped(ImageList.source(request.images)[...]), count: rows.count,
        layout: images.layout, labels: images.labels, listSha256: images.digest,
        imageKeys: request.imageKeys.isEmpty ? nil : request.imageKeys,
        remarks: worded(images.remarks)),
      shard: request.shard.map {
        .init(
          index: $0.index, count: $0.count, firstRow: rows.lowerBound, imagesOfAll: images.count,
          arrayJob: request.arrayTask?.job)
      },
      onError: request.onError, host: .init(threads: request.threads, batchSize: request.batchSize),
      started: Manifest.now, ended: nil, state: .running)
  }
}

extension Manifest {
  /// Notes the digests of the layers' files, then of the output's.
  fileprivate mutating func seal(_ digests: [String]) {
    for index in layers.indices { layers[index].sha256 = digests[index] }
    logits?.sha256 = digests.last
  }
}
