import Dumps
import Images
import Machine

/// Writes the pictures of a set of exemplars. Each image is opened and encoded once, however many units chose it.
struct PictureWriter: Sendable {
  let folder: String
  /// `nil` where no picture is wanted.
  let images: ImageFiles?
  let request: ExemplarRequest
  let pillow: PillowVersion

  /// The files that are to show an image.
  private struct Work: Sendable {
    let row: Int, image: String
    var files: [String] = []
  }

  /// Writes what is missing.
  ///
  /// - Returns: How many files were written, out of how many images; `nil` when it was stopped.
  /// - Throws: ``Failure``, or ``ImageError`` for an image that cannot be opened any more.
  func write(_ units: [ChosenUnit], progress: RunProgress) throws -> (files: Int, images: Int)? {
    let work = request.writesPictures ? work(of: units) : []
    let hasExtras = request.writesGrids || request.writesHistograms
    let queue = PositionQueue(work.count)
    let extras = PositionQueue(hasExtras ? units.count : 0)
    let written = SlotResults<Int>(work.count)
    progress.begin(total: work.count + (hasExtras ? units.count : 0))
    try withWorkers(request.threads) { _ in
      let transform = DisplayTransform(pillow: pillow)
      do {
        while !progress.isStopping, let position = queue.take() {
          written.set(position, try write(work[position], transform))
          progress.note(done: 1)
        }
        while !progress.isStopping, let position = extras.take() {
          try writeExtras(of: units[position], transform)
          progress.note(done: 1)
        }
      } catch {
        progress.stop()
        throw error
      }
    }
    return progress.isStopping ? nil : (written.all.reduce(0, +), work.count)
  }

  private func work(of units: [ChosenUnit]) -> [Work] {
    var places: [Int: Int] = [:]
    var work: [Work] = []
    for unit in units {
      let home = "\(folder)/\(StimulusNames.folder(ofUnit: unit.exemplars.unit))"
      for (name, exemplar) in unit.exemplars.files {
        let place = places[exemplar.row] ?? work.count
        if place == work.count {
          places[exemplar.row] = place
          work.append(Work(row: exemplar.row, image: exemplar.image))
        }
        work[place].files.append("\(home)/\(name)")
      }
    }
    return work.sorted { $0.row < $1.row }
  }

  private func write(_ work: Work, _ transform: DisplayTransform) throws -> Int {
    let missing =
      request.existing == .resume ? work.files.filter { !StimulusFile.isWholePNG($0) } : work.files
    guard let first = missing.first else { return 0 }
    guard let images else { return 0 }
    let picture = try transform.picture(at: images.location(ofRow: work.row))
    let bytes = try picture.png(name: work.image)
    try StimulusFile.write(bytes, to: first)
    for file in missing.dropFirst() where !(request.hardLinks && StimulusFile.link(first, as: file)) {
      try StimulusFile.write(bytes, to: file)
    }
    return missing.count
  }

  private func writeExtras(of unit: ChosenUnit, _ transform: DisplayTransform) throws {
    let home = "\(folder)/\(StimulusNames.folder(ofUnit: unit.exemplars.unit))"
    if let histogram = unit.histogram {
      let name = "\(unit.exemplars.layer)__\(unit.exemplars.channel)"
      let drawing = histogram.svg(of: name, images: histogram.counts.reduce(0, +))
      try StimulusFile.write(Array(drawing.utf8), to: "\(home)/histogram.svg")
    }
    guard request.writesGrids, let images else { return }
    var grid = ExemplarGrid()
    for (exemplars, isHigh) in [(unit.lowest, false), (unit.highest, true)] {
      for (place, exemplar) in exemplars.enumerated() {
        grid.place(
          try transform.picture(at: images.location(ofRow: exemplar.row)), at: place, isHigh: isHigh)
      }
    }
    try StimulusFile.write(try grid.image.png(name: "\(home)/grid.png"), to: "\(home)/grid.png")
  }
}
