import Formats
import Machine

/// Reads the zip archives of `torch.save` (since 1.6) and `torch.jit.save`.
///
/// Both hold a pickle `<name>/data.pkl` that refers to storages `<name>/data/<key>`. A TorchScript archive
/// also has `<name>/constants.pkl`, and its pickle is the tree of modules. The optional `<name>/byteorder`
/// contains `little` or `big`.
struct TorchArchive {
  private let archive: ZipArchive
  private let prefix: String
  private let pickle: ZipArchive.Entry
  private let isBigEndian: Bool

  /// Finds the pickle. Returns `nil` when the archive is not PyTorch's.
  init?(_ archive: ZipArchive) throws(Malformed) {
    let pickles = archive.entries.filter { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
    guard let pickle = pickles.min(by: { $0.name.utf8.count < $1.name.utf8.count }) else { return nil }
    self.archive = archive
    self.pickle = pickle
    prefix = String(pickle.name.dropLast("data.pkl".count))
    isBigEndian =
      try archive[prefix + "byteorder"].map { (entry) throws(Malformed) in
        try entry.prefix(16).matches("big".utf8)
      } ?? false
  }

  func contents() throws(Malformed) -> CheckpointContents {
    let (root, heap) = try pickled()
    let isScript = archive[prefix + "constants.pkl"] != nil
    var contents = try PickledTensors.contents(isScript ? .torchScript : .torchZip, root, heap, content)
    let constants = archive.entries.contains { $0.name.hasPrefix("\(prefix)constants/") }
    if isScript, constants, contents.tensors.isEmpty {
      throw Malformed(
        "it is a frozen TorchScript module (torch.jit.freeze), whose parameters have become constants of its code and "
          + "have no names any more; save the module before it is frozen, or its state dictionary")
    }
    contents.metadata = TrainingFacts.read(root, in: heap)
    return contents
  }

  /// Reads the pickle.
  ///
  /// - Parameter nesting: The number of pickles that contain the archive.
  /// - Returns: The pickle's value and its containers.
  /// - Throws: ``Malformed`` when the pickle is damaged, or would run code.
  func pickled(nesting: Int = 0) throws(Malformed) -> (root: PickleValue, heap: PickleHeap) {
    // Pickles of checkpoints contain only names and shapes, so half a gigabyte is not a checkpoint.
    guard pickle.size <= 512 << 20 else {
      throw Malformed("its pickle has \(pickle.size) bytes, which cannot be")
    }
    var machine = Unpickler(try pickle.content(), nesting: nesting)
    let root = try machine.run()
    return (root, machine.heap)
  }

  /// Returns the location of a storage's elements.
  func content(of storage: TorchStorage) throws(Malformed) -> StorageContent {
    guard let entry = archive[prefix + "data/" + storage.key] else {
      throw Malformed("it is in storage '\(storage.key)', which the archive lacks")
    }
    return StorageContent(
      source: entry.isStored ? .bytes(entry.data) : .deflated(entry, offset: 0), byteCount: entry.size,
      isBigEndian: isBigEndian)
  }
}
