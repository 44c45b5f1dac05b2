import Foundation
import Recording
import Tensor

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
  /// - Throws: ``RecordingError`` of kind `inputMissing` when the folder cannot be read.
  static func units(in root: String, channelPrefix: String, having name: String) throws(RecordingError)
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

  private static func folders(in folder: String) throws(RecordingError) -> [String] {
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
