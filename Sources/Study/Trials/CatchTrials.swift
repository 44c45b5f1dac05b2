import Foundation
import Images
import Machine

/// The settings of a choice of catch trials: the stimuli, the number of units and the output.
package struct CatchRequest: Sendable {
  /// The folder of stimuli, the network, and the suffix of the network's name in the folder's name.
  package var stimuli: String, model: String, extra = ""
  /// Whether references are natural or optimized.
  package var condition = Trial.Mode.natural
  /// The number of units.
  package var count = 5
  /// Whether to make hard links to stimuli, if the file system supports them, instead of copies.
  package var hardLinks = true
  /// The folder to make.
  package var output: String

  /// Creates a request for the study's five units.
  package init(stimuli: String, model: String, output: String) {
    (self.stimuli, self.model, self.output) = (stimuli, model, output)
  }
}

/// Trials that every attentive participant answers correctly.
package enum CatchTrials {
  /// The result: the chosen units.
  package struct Summary: Sendable, Codable, Hashable {
    /// A chosen unit.
    package struct Unit: Sendable, Codable, Hashable {
      /// The folders of its layer and channel.
      package var layer: String, channel: String
      /// The difference between the references of its two ends: see ``CatchTrials/separation(of:and:)``.
      package var separation: Double
    }

    /// The version of this format.
    package var schema = 1
    /// The units, the easiest first.
    package var units: [Unit]
    /// The number of units to choose from.
    package var candidates: Int
    /// The folder.
    package var output: String
  }

  /// Chooses the units whose ends look most different, and writes their stimuli: references 0 to 8, and the
  /// most extreme reference again as query 9.
  ///
  /// The measure compares the features that a person sees first, colours and their positions. With the
  /// references of batch 0 averaged to 8 × 8 pixels, it is the squared distance of the two ends' mean
  /// pictures, divided by the sum of the mean squared distances of the references from the mean of their end.
  /// Ties go to the unit whose path comes first.
  ///
  /// - Throws: ``Failure`` when there are too few units, stimuli are missing, or the output is occupied.
  package static func make(_ request: CatchRequest) throws -> Summary {
    try OutputFolder.checkFree(request.output)
    let root = "\(request.stimuli)/\(StimulusNames.folder(model: request.model, extra: request.extra))"
    let name = "\(request.condition.rawValue)_images"
    let homes = try StimulusFolders.units(in: root, channelPrefix: "channel_", having: name)
    guard homes.count >= request.count else {
      throw Failure(
        .inputMissing,
        "\(root) has \(name) of \(homes.count) units, fewer than the \(request.count) to choose",
        remedy: "make more, or ask for fewer"
      )
    }
    var ranked: [(home: StimulusFolders.Home, separation: Double)] = []
    for home in homes { ranked.append((home, try separation(in: references(of: home, request.condition)))) }
    // Sorting is not guaranteed to be stable, so the index decides ties.
    let order = ranked.indices.sorted {
      (-ranked[$0].separation, $0) < (-ranked[$1].separation, $1)
    }
    var units: [Summary.Unit] = []
    for index in order.prefix(request.count) {
      let (home, separation) = ranked[index]
      try layOut(home, request)
      units.append(Summary.Unit(layer: home.layer, channel: home.channel, separation: separation))
    }
    let summary = Summary(units: units, candidates: homes.count, output: request.output)
    try TextFile.write(try JSON.encode(summary), to: "\(request.output)/catch.json")
    return summary
  }

  private static func references(of home: StimulusFolders.Home, _ condition: Trial.Mode) -> String {
    condition == .optimized ? home.optimizedImages : "\(home.naturalImages)/batch_0"
  }

  private static func layOut(
    _ home: StimulusFolders.Home, _ request: CatchRequest
  ) throws(Failure) {
    let from = references(of: home, request.condition)
    let place = "\(request.output)/\(home.layer)/\(home.channel.replacing("channel_", with: "channel"))"
    let shown = "\(place)/\(request.condition.rawValue)_images"
    try FileSystem.createFolders(shown)
    // The folder of queries is named natural_images in both conditions, regardless of its contents.
    try FileSystem.createFolders("\(place)/natural_images")
    func put(_ name: String, at path: String) throws(Failure) {
      _ = try StimulusFile.place("\(from)/\(name)", as: path, linking: request.hardLinks)
    }
    for name in StimulusFolders.references {
      try put(name, at: "\(shown)/\(name)")
      if let query = queries[name] { try put(name, at: "\(place)/natural_images/\(query)") }
    }
  }

  /// The references that are also queries, with their names as queries.
  private static let queries = ["min_8.png": "min_9.png", "max_8.png": "max_9.png"]

  // MARK: The measure

  private static let side = 8

  private static func separation(in folder: String) throws -> Double {
    let decoder = ImageDecoder()
    var ends: [[[Double]]] = []
    for end in ["min", "max"] {
      var pictures: [[Double]] = []
      for index in 0..<ExemplarWindows.referencesOfBatch {
        pictures.append(reduced(try decoder.decode(contentsOf: "\(folder)/\(end)_\(index).png")))
      }
      ends.append(pictures)
    }
    return separation(of: ends[0], and: ends[1])
  }

  /// Returns the measure for two sets of pictures, given as lists of numbers of equal length.
  package static func separation(of one: [[Double]], and other: [[Double]]) -> Double {
    let means = [one, other].map { pictures in
      (0..<(pictures.first?.count ?? 0)).map { position in
        pictures.reduce(0) { $0 + $1[position] } / Double(pictures.count)
      }
    }
    let spread = zip([one, other], means).reduce(0.0) { sum, end in
      sum + end.0.reduce(0) { $0 + distance($1, end.1) } / Double(end.0.count)
    }
    let between = distance(means[0], means[1])
    return between == 0 ? 0 : between / spread
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// Returns the mean colours of an image's 8 × 8 parts.
  private static func reduced(_ image: RGBImage) -> [Double] {
    let rgb = image.rgb
    var sums = [Double](repeating: 0, count: 3 * side * side)
    var counts = [Double](repeating: 0, count: side * side)
    for y in 0..<image.height {
      for x in 0..<image.width {
        let part = y * side / image.height * side + x * side / image.width
        counts[part] += 1
        for colour in 0..<3 { sums[3 * part + colour] += Double(rgb[3 * (y * image.width + x) + colour]) }
      }
    }
    return sums.indices.map { sums[$0] / max(counts[$0 / 3], 1) }
  }
}
