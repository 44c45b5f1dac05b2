import Foundation
import Machine

/// The folders of units' stimuli.
struct StimulusFolders: Sendable {
  /// A unit's folder below a folder of networks or catch trials, and its parts.
  struct Home: Sendable, Hashable {
    let layer: String, channel: String
    /// The folder that holds the layers.
    let root: String
    var path: String { "\(root)/\(layer)/\(channel)" }
    var naturalImages: String { "\(path)/natural_images" }
    var optimizedImages: String { "\(path)/optimized_images" }
  }

  /// Returns the units below a folder that have a subfolder `name`, sorted bytewise by path: with an unsorted
  /// glob, tasks would differ between file systems.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` when the folder cannot be read.
  static func units(in root: String, channelPrefix: String, having name: String) throws(Failure)
    -> [Home]
  {
    var homes: [Home] = []
    for layer in try folders(in: root) {
      for channel in try folders(in: "\(root)/\(layer)") where channel.hasPrefix(channelPrefix) {
        let home = Home(layer: layer, channel: channel, root: root)
        if Disk.isDirectory("\(home.path)/\(name)") == true { homes.append(home) }
      }
    }
    return homes.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Returns the number of batches that all of the units have: batches from 0 up to the first one that some
  /// unit lacks.
  ///
  /// - Parameters:
  ///   - homes: The folders of the units.
  ///   - limit: The maximum number of batches to check.
  /// - Returns: The number of batches, and the first unit that has no more; `nil` when there is no unit.
  static func commonBatches(of homes: [String], atMost limit: Int) -> (count: Int, home: String)? {
    let counts = homes.map { home in
      (0..<limit).first { Disk.isDirectory("\(home)/natural_images/batch_\($0)") != true } ?? limit
    }
    guard let count = counts.min(), let position = counts.firstIndex(of: count) else { return nil }
    return (count, homes[position])
  }

  private static func folders(in folder: String) throws(Failure) -> [String] {
    var names: [String] = []
    for entry in try Disk.entries(of: folder) where entry.isDirectory(in: folder) {
      let name = PathText.text(entry.name)
      // Hidden folders are left out, as by a shell's glob.
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  /// The names of the references of a trial.
  static let references = ["min", "max"].flatMap { side in
    (0..<ExemplarWindows.referencesOfBatch).map { "\(side)_\($0).png" }
  }
  /// The names of the queries of a trial, and their names in a task.
  static let queries = [
    ("min_\(ExemplarWindows.referencesOfBatch).png", "min.png"),
    ("max_\(ExemplarWindows.referencesOfBatch).png", "max.png"),
  ]
}
