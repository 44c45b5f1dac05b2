import Dumps
import Foundation
import Images
package import Machine
import Units

/// Chooses exemplars and writes them down.
package struct ExemplarRun: Sendable {
  /// What was done.
  package struct Summary: Sendable, Codable, Hashable {
    /// The units, and the batches of each.
    package var units: Int, batches: Int
    /// The ranked images.
    package var images: Int
    /// The different images that were chosen, and the pictures written of them.
    package var chosen: Int, written: Int
    /// Seconds spent choosing, and writing.
    package var choosing: Double, writing: Double
    /// The most memory the process held.
    package var peakResidentBytes: Int
    /// The folder.
    package var output: String
  }

  /// The ranks.
  package let windows: ExemplarWindows
  /// The folder of the network below that of the stimuli.
  package let folder: String

  private let request: ExemplarRequest
  private let source: ActivationSource
  private let images: ImageFiles?
  private let extra: String

  /// Opens the dump and looks at everything that can be wrong; writes nothing.
  ///
  /// - Throws: ``Failure``.
  package init(_ request: ExemplarRequest) throws {
    source = try ActivationSource(request.dump)
    windows = try request.windows(images: source.imageCount)
    extra = try request.resolvedExtra()
    images =
      request.writesPictures || request.writesGrids
      ? try ImageFiles(of: source.dump, at: request.images) : nil
    guard request.units.contains(where: { $0.units?.isEmpty == false }) else {
      throw Failure(.usage, "no units are chosen", remedy: "give \(.units) or \(.unit)")
    }
    try Self.checkNames(request, source.dump)
    folder =
      "\(request.output)/" + StimulusNames.folder(model: source.dump.manifest.model, extra: extra)
    var request = request
    if request.pillow == nil, request.existing == .resume { request.pillow = try Self.recordedPillow(folder) }
    self.request = request
    try place.check(request.existing)
  }

  /// Refuses names that would lead out of the folder: those of a manifest from anywhere can be any text.
  private static func checkNames(_ request: ExemplarRequest, _ dump: RecordedDump) throws(Failure) {
    let names = [dump.manifest.model] + request.units.map(\.layer)
    guard let name = names.first(where: { $0.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 } }) else {
      return
    }
    throw Failure(.badData, "\(dump.path) speaks of '\(name)', which can be the name of no folder")
  }

  private var pillow: PillowVersion { request.pillow ?? .standard }

  /// The Pillow of the exemplars that are there; `nil` where there are none, or it is none that this program knows.
  private static func recordedPillow(_ folder: String) throws(Failure) -> PillowVersion? {
    let names = [ExemplarMap.fileName, ExemplarMap.partialName]
    guard let name = names.first(where: { Disk.isDirectory("\(folder)/\($0)") != nil }) else { return nil }
    return PillowVersion(rawValue: try ExemplarMap.read("\(folder)/\(name)").pillowNumber)
  }

  private var finished: String { "\(folder)/\(ExemplarMap.fileName)" }
  private var partial: String { "\(folder)/\(ExemplarMap.partialName)" }

  private var place: OutputFolder { OutputFolder(folder, Self.kind) }

  /// Exemplars of a network. Beside them are stimuli of other kinds, which are none of their business.
  private static let kind = OutputFolder.Kind(
    "exemplars", namesLookedFor: [ExemplarMap.fileName, ExemplarMap.partialName], canResume: true
  ) { _, found, _ in
    found.contains(ExemplarMap.fileName)
      ? .output : found.contains(ExemplarMap.partialName) ? .begun : .nothing
  } refusal: { folder, contents in
    let problem: Sentence = "there are exemplars in \(folder) already"
    return switch contents {
    case .output: (problem, "give \(.overwrite) to replace them, or another \(.output)")
    case .begun: (problem, "give \(.resume) to go on, or \(.overwrite) to start again")
    case .nothing, .remains: nil
    }
  }

  /// Chooses and writes.
  ///
  /// - Returns: `nil` when it was stopped; what is written stays, to go on from.
  /// - Throws: ``Failure``, or `ImageError` for an image that cannot be opened any more.
  package func run(progress: RunProgress = RunProgress()) throws -> Summary? {
    let start = Date()
    var choice = try ExemplarChoice(request, from: source)
    var units: [ChosenUnit] = []
    for layer in request.units {
      if progress.isStopping { return nil }
      units += try choice.choose(layer)
    }
    let map = map(of: units)
    let chosen = Date()

    let lock = try place.lock()
    defer { withExtendedLifetime(lock) { _ = unlink("\(folder)/\(FolderLock.name)") } }
    if let warning = lock.warning { progress.tell(warning) }
    let encoded = try map.encoded()
    try prepare(encoded)
    try createFolders(of: units)
    let writer = PictureWriter(folder: folder, images: images, request: request, pillow: pillow)
    let result: (files: Int, images: Int)?
    do { result = try writer.write(units, progress: progress) } catch {
      if progress.done == 0 && request.existing != .resume { withdraw(map) }
      throw error
    }
    guard let (written, count) = result else { return nil }
    FileSystem.synchronizeAll()
    try TextFile.write(try map.studyForm(), to: "\(folder)/\(ExemplarMap.studyName)")
    try TextFile.write(encoded, to: finished)
    _ = unlink(partial)
    return Summary(
      units: units.count, batches: windows.batches, images: windows.images, chosen: count, written: written,
      choosing: chosen.timeIntervalSince(start), writing: Date().timeIntervalSince(chosen),
      peakResidentBytes: Clock.peakResidentBytes, output: folder)
  }

  private func map(of units: [ChosenUnit]) -> ExemplarMap {
    let manifest = source.dump.manifest
    return ExemplarMap(
      model: manifest.model, extra: extra, condition: request.windowsName, windows: windows,
      scaled: request.scaled, seed: request.seed, pillow: pillow.rawValue,
      source: ExemplarMap.Source(
        weights: manifest.weights.name, weightsSha256: manifest.weights.sha256,
        imagesSha256: manifest.images.listSha256, reduce: manifest.reduce, precision: manifest.precision,
        tier: manifest.tier, skipped: manifest.images.skipped), units: units.map(\.exemplars))
  }

  /// Says what is being written, before it is, and clears away or accepts what was written before.
  private func prepare(_ encoded: Data) throws {
    let earlier = [finished, partial].first { Disk.isDirectory($0) != nil }
    if let earlier {
      switch request.existing {
      case .refuse: try place.check(.refuse)
      case .resume:
        guard try isSame(earlier, encoded) else {
          throw Failure(
            .badData,
            "\(earlier) tells of other exemplars than these",
            remedy: "give the same dump, units and options, or \(.overwrite)"
          )
        }
      case .overwrite: try removePictures(of: ExemplarMap.read(earlier))
      }
    }
    try TextFile.write(encoded, to: partial)
    _ = unlink(finished)
    _ = unlink("\(folder)/\(ExemplarMap.studyName)")
  }

  /// Whether a map tells of these exemplars, in a file that may be older than the record of Pillow.
  private func isSame(_ earlier: String, _ encoded: Data) throws -> Bool {
    if Disk.data(of: earlier) == encoded { return true }
    var map = try ExemplarMap.read(earlier)
    map.pillow = map.pillowNumber
    return try map.encoded() == encoded
  }

  /// Takes back what was begun, so that a corrected command finds nothing in its way.
  private func withdraw(_ map: ExemplarMap) {
    try? removePictures(of: map)
    unlink(partial)
    for unit in map.units where !unit.unit.contains("/") {
      // Folders that hold something else stay.
      let home = "\(folder)/\(StimulusNames.folder(ofUnit: unit.unit))"
      for path in [home, PathText.folder(of: home)] { rmdir(path) }
    }
  }

  private func removePictures(of map: ExemplarMap) throws(Failure) {
    for unit in map.units where !unit.unit.contains("/") {
      for name in ["natural_images", "grid.png", "histogram.svg"] {
        let item = "\(folder)/\(StimulusNames.folder(ofUnit: unit.unit))/\(name)"
        guard Disk.isDirectory(item) != nil else { continue }
        try Disk.remove(item)
      }
    }
  }

  private func createFolders(of units: [ChosenUnit]) throws(Failure) {
    for unit in units {
      let home = "\(folder)/\(StimulusNames.folder(ofUnit: unit.exemplars.unit))"
      try Disk.createDirectory(home)
      guard request.writesPictures else { continue }
      for batch in 0..<windows.batches { try Disk.createDirectory("\(home)/natural_images/batch_\(batch)") }
    }
  }
}
