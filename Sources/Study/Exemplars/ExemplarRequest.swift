package import Images
package import Machine
package import Units

/// Which exemplars to choose, from what, into what.
package struct ExemplarRequest: Sendable {
  /// Where the queries come from.
  package enum Windows: Sendable, Hashable {
    /// A condition of the study.
    case condition(ExemplarCondition)
    /// Any ranks.
    case ranks(startMin: Int, stopMax: Int)
  }

  /// The folder of the dump.
  package var dump: String
  /// The units; layers in the order in which, and units of a layer in the order in which, the generator meets them.
  package var units: [LayerUnits]
  /// The folder of stimuli to write into.
  package var output: String
  /// Where the queries come from.
  package var windows = Windows.condition(.easy)
  /// What the folder's name adds to the network's; by default the condition's suffix.
  package var extra: String?
  /// The batches of a unit; by default the study's 20 or, scaled, as many as the images allow.
  package var batches: Int?
  /// Whether windows and batches shrink with the number of images.
  package var scaled = false
  /// The seed of the shuffles.
  package var seed: UInt32 = 42
  /// The folder that the dump's image paths are relative to; by default the one it was made from.
  package var images: String?
  /// The Pillow whose pictures these are; by default that of the exemplars that are resumed, or the newest.
  package var pillow: PillowVersion?
  /// What to do about exemplars that are there already.
  package var existing = ExistingOutput.refuse
  /// Whether to write the pictures of references and queries.
  package var writesPictures = true
  /// Whether to write a grid of the most extreme images of each unit.
  package var writesGrids = false
  /// Whether to write a histogram of each unit.
  package var writesHistograms = false
  /// Whether files of one picture are hard links to one file, where the file system can.
  package var hardLinks = true
  /// The threads.
  package var threads = ProcessorCount.available

  /// Creates a request for the study's easy condition.
  package init(dump: String, units: [LayerUnits], output: String) {
    (self.dump, self.units, self.output) = (dump, units, output)
  }

  /// The windows for a number of images.
  ///
  /// - Throws: ``Failure`` of kind `usage` where there are too few.
  func windows(images: Int) throws(Failure) -> ExemplarWindows {
    switch windows {
    case .condition(let condition):
      try ExemplarWindows(condition, images: images, batches: batches, scaled: scaled)
    case .ranks(let startMin, let stopMax) where scaled:
      try ExemplarWindows(scalingStartMin: startMin, stopMax: stopMax, to: images, batches: batches)
    case .ranks(let startMin, let stopMax):
      try ExemplarWindows(
        images: images, batches: batches ?? ExemplarWindows.studyBatches, startMin: startMin,
        stopMax: stopMax)
    }
  }

  /// What the folder's name adds to the network's.
  ///
  /// - Throws: ``Failure`` of kind `usage` when windows of the user's own have no name, or one that is no part of
  ///   a folder's name.
  func resolvedExtra() throws(Failure) -> String {
    if let extra {
      guard !extra.contains("/"), extra != "." else {
        throw Failure(.usage, "\(.extraName) is part of a folder's name", remedy: "leave the / out of it")
      }
      return extra
    }
    switch windows {
    case .condition(let condition): return condition.suffix
    case .ranks:
      throw Failure(
        .usage, "windows of your own need a name of their own",
        remedy: "give \(.extraName), 'hard90' for instance")
    }
  }

  /// How the map names the windows.
  var windowsName: String {
    switch windows {
    case .condition(let condition): condition.rawValue
    case .ranks: "ranks"
    }
  }
}
