import Checkpoints
package import Datasets
import Dumps
import Formats
import Foundation
import Images
import Inference
import Layers
package import Machine
import Models
import Tensor
import Units

/// A recording: images are the input, recorded units the output.
///
/// The initializer checks everything that can be checked without loading weights. Nothing is written until
/// ``run(progress:)`` is called.
package struct Dump: Sendable {
  /// The request: the network, the images, the output and all settings.
  package let request: DumpRequest
  /// The images of all shards.
  package let images: ImageList
  /// The rows that are recorded, one image per row.
  package let rows: Range<Int>
  /// The planned size and layout of the dump.
  package let outline: DumpOutline

  let folder: DumpFolder
  /// The plans of all stores.
  let plans: [any StorePlan]

  /// Prepares a dump.
  ///
  /// - Throws: ``Failure`` when options contradict each other, there are no images, or the output is
  ///   occupied.
  package init(_ request: DumpRequest) throws {
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
    let layers = try request.taps(in: graph)
    plans = try request.storePlans(layers, rows, of: images.count)
    let rowBytes = plans.reduce(0) { $0 + $1.rowBytes }
    let chunkRows = ImagePass.chunkRows(
      images: rows.count, rowBytes: rowBytes, batchSize: request.batchSize, threads: request.threads,
      isUnitMajor: request.isUnitMajor)
    outline = DumpOutline(
      images: rows.count, layers: request.layers.count,
      units: layers.reduce(0) { $0 + $1.source.rowShape.channels },
      bytes: plans.reduce(0) { $0 + $1.bytes },
      threads: request.threads, batchSize: request.batchSize, chunkRows: chunkRows,
      weightBytes: graph.parameters.reduce(0) { $0 + $1.shape.count } * MemoryLayout<Float>.size,
      rowBufferBytes: request.threads * chunkRows * rowBytes,
      extremesBytes: plans.memory(threads: request.threads).kept)
  }

  /// Records all images, or those that are done before `progress` is cancelled. A resumed dump records only
  /// the images that the earlier run did not.
  ///
  /// - Throws: The errors of loading weights, reading an image and writing a file, and ``Failure`` when the
  ///   memory would not suffice. The images that were done before stay recorded.
  package func run(progress: RunProgress = RunProgress()) throws -> DumpSummary {
    let network = try load()
    let manifest = try manifest(of: network)
    let agreement = agreement(of: manifest)
    try agreement?.check()
    switch try open(manifest) {
    case .complete(let manifest, let lock):
      if let warning = lock.warning { progress.tell(warning) }
      return summary(manifest, rows: rows.count, recorded: 0, seconds: 0, StageTimes())
    case .open(let open):
      if let warning = open.lock.warning { progress.tell(warning) }
      return try run(with: network, into: open, agreement, progress)
    }
  }

  private func run(
    with network: Network, into open: OpenDump, _ agreement: ShardAgreement?, _ progress: RunProgress
  ) throws -> DumpSummary {
    var open = open
    let start = Clock.seconds
    let before = open.ledger.written.rowCount
    do {
      var times = try record(with: network, into: open, progress)
      try checkRecorded(open.ledger)
      try agreement?.check(atEnd: true)
      if let files = try times.measure(\.write, { try finish(open, progress) }) {
        for file in files { open.manifest.seal(file.file, file.sha256) }
        try close(&open, .complete)
      } else {
        try open.journal.noteDurable()
        try close(&open, .interrupted)
      }
      let written = open.ledger.written.rowCount
      return summary(
        open.manifest, rows: open.manifest.state == .complete ? rows.count : written,
        recorded: written - before, seconds: Clock.seconds - start, times)
    } catch {
      open.manifest.failure = request.wording.text(of: error)
      // The first error is reported, even if closing fails too, for instance on a full disk.
      try? close(&open, .failed)
      throw error
    }
  }

  private func summary(
    _ manifest: Manifest, rows: Int, recorded: Int, seconds: Double, _ times: StageTimes
  ) -> DumpSummary {
    let skipped = manifest.images.skipped
    return DumpSummary(
      images: rows - skipped, skipped: skipped, seconds: seconds,
      imagesPerSecond: Double(recorded) / max(seconds, 1e-9), stages: times,
      peakResidentBytes: Clock.peakResidentBytes, output: request.output, state: manifest.state)
  }

  private func record(
    with network: Network, into open: OpenDump, _ progress: RunProgress
  ) throws -> StageTimes {
    let pass = ImagePass(
      network: network, images: images, rows: Array(open.ledger.pending.ranges), firstImage: rows.lowerBound,
      chunkRows: outline.chunkRows, batchSize: request.batchSize, threads: request.threads,
      onError: request.onError, progress: progress)
    let chunkRows = outline.chunkRows
    return try pass.run { RowBlock(into: open, chunkRows: chunkRows) }
  }

  /// Completes every file and forces it to the disk.
  ///
  /// - Returns: The files with their digests; `nil` when the pass or this function was stopped.
  private func finish(_ open: OpenDump, _ progress: RunProgress) throws(Failure) -> [Manifest.File]? {
    let stores = open.stores
    let files = stores.files(finishingLast: false)
    let digests = try map(in: files, threads: request.threads) { file throws(Failure) in
      try progress.isStopping ? nil : file.finish()
    }
    let known = digests.compactMap { $0 }
    guard known.count == files.count else {
      try stores.synchronize()
      return nil
    }
    var finished = zip(files, known).map { Manifest.File(file: $0.name, sha256: $1) }
    for file in stores.files(finishingLast: true) {
      finished.append(Manifest.File(file: file.name, sha256: try file.finish()))
    }
    return finished
  }

  /// Writes the status of every row, then the manifest, which makes the rows valid.
  private func close(_ open: inout OpenDump, _ state: Manifest.State) throws(Failure) {
    try ImagesFile.write(images, rows, status: open.ledger.status(of:), to: folder.imagesTable)
    open.manifest.state = state
    open.manifest.ended = Manifest.now
    open.manifest.images.skipped = open.ledger.skippedCount
    if state == .complete {
      open.manifest.rowsDone = nil
      open.manifest.images.tableSha256 = try ArrayFile.digest(ofFile: folder.imagesTable)
    } else {
      open.manifest.rowsDone = open.ledger.written.ranges.map { [$0.lowerBound, $0.upperBound] }
    }
    try open.manifest.write(to: folder.manifest)
    if state == .complete { try folder.removeJournal() } else { try open.stores.save() }
  }

  /// Returns the remarks as texts for the manifest.
  private func worded(_ remarks: [Sentence]) -> [String]? {
    remarks.isEmpty ? nil : remarks.map { $0.text(in: request.wording) }
  }

  private func manifest(of network: Network) throws -> Manifest {
    let name = network.checkpoint.map { PathText.shown(PathText.lastComponent(of: $0.path)) }
    var manifest = Manifest(
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
      head: .init(request.model.head),
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
    for plan in plans { plan.describe(in: &manifest) }
    return manifest
  }
}
