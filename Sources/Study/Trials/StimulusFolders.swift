import Foundation
import Machine

/// Where the stimuli of units lie.
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

  /// The units below a folder that have a folder of a name, sorted bytewise by path: a glob without an order would make
  /// other tasks on every file system.
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

  /// Which batches all of the units have: those from 0 up to the first that some unit lacks.
  ///
  /// - Parameters:
  ///   - homes: The folders of the units.
  ///   - limit: How many batches are of interest.
  /// - Returns: How many batches, and the first unit that has no more; `nil` when there is no unit.
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
      // As a shell's pattern would, leave out hidden folders.
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  /// The names of the references of a trial.
  static let references = ["min", "max"].flatMap { side in
    (0..<ExemplarWindows.referencesOfBatch).map { "\(side)_\($0).png" }
  }
  /// The names of its queries, and what they are called in a task.
  static let queries = [
    ("min_\(ExemplarWindows.referencesOfBatch).png", "min.png"),
    ("max_\(ExemplarWindows.referencesOfBatch).png", "max.png"),
  ]
}
