import Foundation
package import Machine

/// Finds the checkpoint in a folder: a snapshot of a model hub, say.
package enum CheckpointFolder {
  /// The names by which libraries save the weights of a whole model, in the order in which they are taken.
  private static let knownNames = [
    "model.safetensors.index.json", "model.safetensors", "open_clip_model.safetensors",
    "pytorch_model.bin.index.json", "pytorch_model.bin", "open_clip_pytorch_model.bin",
  ]
  /// The ends of names of which a folder may have one, in the order in which they are taken.
  private static let knownEnds = [
    ".safetensors.index.json", ".safetensors", ".bin.index.json", ".bin", ".pth", ".pt", ".ckpt", ".npz",
  ]

  /// The file that a path means: itself, or the checkpoint in the folder that it is.
  ///
  /// - Throws: ``Failure`` when a folder holds none, or several.
  static func file(at path: String) throws(Failure) -> String {
    guard FileSystem.kind(of: path) == .folder else { return path }
    let names: [String]
    do { names = try FileSystem.names(in: path) } catch {
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

  /// The folder of a file, with the slash, and the file's name.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[...slash]), String(path[path.index(after: slash)...]))
  }

  /// What to give in the place of one shard of a checkpoint; `nil` when a name is no shard's.
  package static func advice(forShard path: String) -> Sentence? {
    let (folder, name) = split(path)
    guard let match = name.firstMatch(of: /^(.+)-(\d{5})-of-(\d{5})(\.[A-Za-z]+)$/) else { return nil }
    let index = "\(match.1)\(match.4).index.json"
    let isThere = FileSystem.kind(of: folder + index) != nil
    return "it is one of \(Int(match.3) ?? 0) shards; give the index of all of them, \(folder)\(index)"
      + (isThere ? "" : ", which is not there: download it beside them")
  }
}
