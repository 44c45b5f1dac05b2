package import Images
package import Machine
package import Units

/// The settings of a choice of exemplars: the dump, the units, the windows and the output.
package struct ExemplarRequest: Sendable {
  /// The ranks of the queries.
  package enum Windows: Sendable, Hashable {
    /// A condition of the study.
    case condition(ExemplarCondition)
    /// Arbitrary ranks.
    case ranks(startMin: Int, stopMax: Int)
  }

  /// The folder of the dump.
  package var dump: String
  /// The units. The random generator processes layers, and the units of a layer, in this order.
  package var units: [LayerUnits]
  /// The folder of stimuli to write into.
  package var output: String
  /// The ranks of the queries.
  package var windows = Windows.condition(.easy)
  /// The suffix of the network's name in the folder's name; by default the condition's suffix.
  package var extra: String?
  /// The number of batches of a unit; by default the study's 20 or, scaled, as many as the images allow.
  package var batches: Int?
  /// Whether windows and batches are reduced in proportion to the number of images.
  package var scaled = false
  /// The seed of the shuffles.
  package var seed: UInt32 = 42
  /// The folder that the dump's image paths are relative to; by default that of the recording.
  package var images: String?
  /// The Pillow whose pictures are reproduced; by default that of the exemplars that are resumed, or the
  /// newest.
  package var pillow: PillowVersion?
  /// The policy for existing exemplars.
  package var existing = ExistingOutput.refuse
  /// Whether to write the pictures of references and queries.
  package var writesPictures = true
  /// Whether to write a grid of the most extreme images of each unit.
  package var writesGrids = false
  /// Whether to write a histogram of each unit.
  package var writesHistograms = false
  /// Whether files of the same picture are hard links to one file, if the file system supports hard links.
  package var hardLinks = true
  /// The number of threads.
  package var threads = ProcessorCount.available

  /// Creates a request for the study's easy condition.
  package init(dump: String, units: [LayerUnits], output: String) {
    (self.dump, self.units, self.output) = (dump, units, output)
  }

  /// Returns the windows for a number of images.
  ///
  /// - Throws: ``Failure`` of kind `usage` when there are too few images.
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

  /// Returns the suffix of the network's name in the folder's name.
  ///
  /// - Throws: ``Failure`` of kind `usage` when the user's own windows have no suffix, or one that cannot be
  ///   part of a folder's name.
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

  /// The name of the windows in the map.
  var windowsName: String {
    switch windows {
    case .condition(let condition): condition.rawValue
    case .ranks: "ranks"
    }
  }
}
