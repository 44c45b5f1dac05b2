import Dumps
import Foundation
import Images
package import Machine
import Units

/// Chooses exemplars and writes them to files.
package struct ExemplarRun: Sendable {
  /// The result of a run.
  package struct Summary: Sendable, Codable, Hashable {
    /// The number of units, and of batches per unit.
    package var units: Int, batches: Int
    /// The number of ranked images.
    package var images: Int
    /// The number of different images that were chosen, and of pictures that were written.
    package var chosen: Int, written: Int
    /// The time of choosing and of writing, in seconds.
    package var choosing: Double, writing: Double
    /// The peak memory of the process, in bytes.
    package var peakResidentBytes: Int
    /// The folder.
    package var output: String
  }

  /// The ranks of references and queries.
  package let windows: ExemplarWindows
  /// The folder of the network below that of the stimuli.
  package let folder: String

  private let request: ExemplarRequest
  private let source: ActivationSource
  private let images: ImageFiles?
  private let extra: String

  /// Opens the dump and checks everything that can be checked before writing. Nothing is written.
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

  /// Throws if a name would lead out of the folder: the names of an untrusted manifest can be any text.
  private static func checkNames(_ request: ExemplarRequest, _ dump: RecordedDump) throws(Failure) {
    let names = [dump.manifest.model] + request.units.map(\.layer)
    guard let name = names.first(where: { $0.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 } }) else {
      return
    }
    throw Failure(.badData, "\(dump.path) speaks of '\(name)', which can be the name of no folder")
  }

  private var pillow: PillowVersion { request.pillow ?? .standard }

  /// Returns the Pillow of the existing exemplars; `nil` when there are none, or when this program does not
  /// know their Pillow.
  private static func recordedPillow(_ folder: String) throws(Failure) -> PillowVersion? {
    let names = [ExemplarMap.fileName, ExemplarMap.partialName]
    guard let name = names.first(where: { Disk.isDirectory("\(folder)/\($0)") != nil }) else { return nil }
    return PillowVersion(rawValue: try ExemplarMap.read("\(folder)/\(name)").pillowNumber)
  }

  private var finished: String { "\(folder)/\(ExemplarMap.fileName)" }
  private var partial: String { "\(folder)/\(ExemplarMap.partialName)" }

  private var place: OutputFolder { OutputFolder(folder, Self.kind) }

  /// The kind of output: the exemplars of a network. Stimuli of other kinds may lie beside them and are not
  /// touched.
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

  /// Chooses the exemplars and writes them.
  ///
  /// - Returns: `nil` when the run was stopped; the files written until then stay, so that the run can be
  ///   resumed.
  /// - Throws: ``Failure``, or `ImageError` for an image that can no longer be opened.
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

  /// Writes the map before the pictures, and removes or accepts earlier output.
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

  /// Returns whether a map describes these exemplars. Its file may be older than the record of Pillow.
  private func isSame(_ earlier: String, _ encoded: Data) throws -> Bool {
    if Disk.data(of: earlier) == encoded { return true }
    var map = try ExemplarMap.read(earlier)
    map.pillow = map.pillowNumber
    return try map.encoded() == encoded
  }

  /// Removes unfinished output, so that a corrected command can run.
  private func withdraw(_ map: ExemplarMap) {
    try? removePictures(of: map)
    unlink(partial)
    for unit in map.units where !unit.unit.contains("/") {
      // Folders that hold other files stay.
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
      try FileSystem.createFolders(home)
      guard request.writesPictures else { continue }
      for batch in 0..<windows.batches {
        try FileSystem.createFolders("\(home)/natural_images/batch_\(batch)")
      }
    }
  }
}
