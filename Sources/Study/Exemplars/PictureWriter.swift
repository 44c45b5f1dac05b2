import Dumps
import Images
import Machine

/// Writes the pictures of a set of exemplars. Each image is opened and encoded once, regardless of how many
/// units chose it.
struct PictureWriter: Sendable {
  let folder: String
  /// The image files; `nil` when no picture is requested.
  let images: ImageFiles?
  let request: ExemplarRequest
  let pillow: PillowVersion

  /// One unit of work for a thread.
  private enum Work: Sendable {
    case picture(Picture)
    /// The histogram and the grid of a unit.
    case extras(ChosenUnit)
  }

  /// The files that show one image.
  private struct Picture: Sendable {
    let row: Int, image: String
    var files: [String] = []
  }

  /// Writes the files that are missing.
  ///
  /// - Returns: The number of files written, and the number of images they show; `nil` when writing was
  ///   stopped.
  /// - Throws: ``Failure``, or ``ImageError`` for an image that can no longer be opened.
  func write(_ units: [ChosenUnit], progress: RunProgress) throws -> (files: Int, images: Int)? {
    let pictures = request.writesPictures ? pictures(of: units) : []
    let hasExtras = request.writesGrids || request.writesHistograms
    let work = pictures.map(Work.picture) + (hasExtras ? units.map(Work.extras) : [])
    progress.begin(total: work.count)
    let written = try map(
      in: work, threads: request.threads, progress: progress, state: { DisplayTransform(pillow: pillow) }
    ) { transform, work in
      var files = 0
      switch work {
      case .picture(let picture): files = try write(picture, transform)
      case .extras(let unit): try writeExtras(of: unit, transform)
      }
      progress.note(done: 1)
      return files
    }
    return progress.isStopping ? nil : (written.reduce(0, +), pictures.count)
  }

  private func pictures(of units: [ChosenUnit]) -> [Picture] {
    var places: [Int: Int] = [:]
    var pictures: [Picture] = []
    for unit in units {
      let home = "\(folder)/\(StimulusNames.folder(ofUnit: unit.exemplars.unit))"
      for (name, exemplar) in unit.exemplars.files {
        let place = places[exemplar.row] ?? pictures.count
        if place == pictures.count {
          places[exemplar.row] = place
          pictures.append(Picture(row: exemplar.row, image: exemplar.image))
        }
        pictures[place].files.append("\(home)/\(name)")
      }
    }
    return pictures.sorted { $0.row < $1.row }
  }

  /// Writes the missing files of one picture.
  ///
  /// - Returns: The number of files written.
  private func write(_ picture: Picture, _ transform: DisplayTransform) throws -> Int {
    let files = picture.files
    let missing = request.existing == .resume ? files.filter { !StimulusFile.isWholePNG($0) } : files
    guard let first = missing.first else { return 0 }
    guard let images else { return 0 }
    let bytes = try transform.picture(at: images.location(ofRow: picture.row)).png(name: picture.image)
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
