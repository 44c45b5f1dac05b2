import Foundation
package import Machine

/// Finds the checkpoint in a folder, such as a model hub's snapshot.
package enum CheckpointFolder {
  /// The file names under which libraries save a whole model's weights, in order of preference.
  private static let knownNames = [
    "model.safetensors.index.json", "model.safetensors", "open_clip_model.safetensors",
    "pytorch_model.bin.index.json", "pytorch_model.bin", "open_clip_pytorch_model.bin",
  ]
  /// The file name suffixes of which a folder may have one file, in order of preference.
  private static let knownEnds = [
    ".safetensors.index.json", ".safetensors", ".bin.index.json", ".bin", ".pth", ".pt", ".ckpt", ".npz",
  ]

  /// Returns the path of the checkpoint file: `path` itself, or the checkpoint in the folder `path`.
  ///
  /// - Throws: ``Failure`` when a folder holds no checkpoint, or several.
  static func file(at path: String) throws(Failure) -> String {
    guard FileSystem.kind(of: path) == .folder else { return path }
    let names: [String]
    do { names = try Disk.names(in: path) } catch {
      throw Failure(.inputUnreadable, path: path, "the folder cannot be read")
    }
    let folder = path.hasSuffix("/") ? path : "\(path)/"
    if let name = knownNames.first(where: names.contains) { return folder + name }
    if let refusal = foreign(names, in: path) { throw refusal }
    for end in knownEnds {
      let found = names.filter { $0.hasSuffix(end) && !$0.hasPrefix(".") }
      if found.count == 1 { return folder + found[0] }
      guard found.isEmpty else {
        let shown = found.prefix(5).joined(separator: ", ") + (found.count > 5 ? ", …" : "")
        throw Failure(
          .badData, path: path, "it is a folder with \(found.count) checkpoints (\(shown))",
          remedy: "give one of them")
      }
    }
    throw Failure(.inputMissing, path: path, "it is a folder without a checkpoint in it")
  }

  private static func foreign(_ names: [String], in path: String) -> Failure? {
    if names.contains("saved_model.pb") {
      return Failure(
        .badData, path: path, "it is a TensorFlow SavedModel, which this program does not read",
        remedy: "give the PyTorch checkpoint")
    }
    if names.contains(where: { $0.hasSuffix(".distcp") }) {
      return Failure(
        .badData, path: path, "it is a distributed checkpoint of PyTorch",
        remedy: "make one file of it with"
          + " 'python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER FILE'")
    }
    return nil
  }

  /// Splits a path into the folder, with the trailing slash, and the file name.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[...slash]), String(path[path.index(after: slash)...]))
  }

  /// Returns advice on the path to use instead of one shard of a checkpoint, `nil` when the name is not a
  /// shard's.
  package static func advice(forShard path: String) -> Sentence? {
    let (folder, name) = split(path)
    guard let match = name.firstMatch(of: /^(.+)-(\d{5})-of-(\d{5})(\.[A-Za-z]+)$/) else { return nil }
    let index = "\(match.1)\(match.4).index.json"
    let isThere = FileSystem.kind(of: folder + index) != nil
    return "it is one of \(Int(match.3) ?? 0) shards; give the index of all of them, \(folder)\(index)"
      + (isThere ? "" : ", which is not there: download it beside them")
  }
}
