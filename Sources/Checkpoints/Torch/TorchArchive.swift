internal import Tensor

/// Reads the zip archives of `torch.save` (since 1.6) and `torch.jit.save`.
///
/// Both hold a pickle `<name>/data.pkl` that refers to storages `<name>/data/<key>`; a TorchScript archive also
/// has `<name>/constants.pkl`, and its pickle is the tree of modules. `<name>/byteorder`, where there is one,
/// says `little` or `big`.
struct TorchArchive {
  private let archive: ZipArchive
  private let prefix: String
  private let pickle: ZipArchive.Entry

  /// Finds the pickle; `nil` when the archive is none of PyTorch's.
  init?(_ archive: ZipArchive) throws(Malformed) {
    let pickles = archive.entries.filter { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") }
    guard let pickle = pickles.min(by: { $0.name.utf8.count < $1.name.utf8.count }) else {
      if archive.entries.contains(where: { $0.name.hasSuffix("/model.json") }) {
        throw Malformed(
          "it is a TorchScript archive of PyTorch 1.0, too old to read; save it again with a later one")
      }
      return nil
    }
    self.archive = archive
    self.pickle = pickle
    prefix = String(pickle.name.dropLast("data.pkl".count))
  }

  func contents() throws(Malformed) -> CheckpointContents {
    let isBigEndian = try archive[prefix + "byteorder"].map { (entry) throws(Malformed) in
      try entry.prefix(16).matches("big".utf8)
    }
    // Pickles hold names and shapes only; half a gigabyte of them is not a checkpoint.
    guard pickle.size <= 512 << 20 else {
      throw Malformed("its pickle has \(pickle.size) bytes, which cannot be")
    }
    var machine = Unpickler(try pickle.content())
    let root = try machine.run()
    let heap = machine.heap
    var tensors: [StoredTensor] = []
    for item in try StateDictionary.items(of: root, in: heap) {
      switch item.value {
      case .tensor(let index):
        let tensor = heap.tensors[index]
        let storage = heap.storages[tensor.storage]
        guard let entry = archive[prefix + "data/" + storage.key] else {
          throw Malformed("tensor '\(item.name)' is in storage '\(storage.key)', which the archive lacks")
        }
        tensors.append(
          try tensor.stored(
            as: item.name, in: storage, byteCount: entry.size,
            source: entry.isStored ? .bytes(entry.data) : .deflated(entry, offset: 0),
            isBigEndian: isBigEndian ?? false))
      case .array(let index):
        if let array = try heap.arrays[index].stored(as: item.name) { tensors.append(array) }
      default: break
      }
    }
    let isScript = archive[prefix + "constants.pkl"] != nil
    return CheckpointContents(
      format: isScript ? .torchScript : .torchZip, tensors: tensors,
      metadata: TrainingFacts.read(root, in: heap))
  }
}

extension TorchTensor {
  /// The tensor in the bytes of its storage.
  ///
  /// - Throws: ``Malformed`` when the storage is shorter than it says, or the tensor leaves it.
  func stored(
    as name: String, in storage: TorchStorage, byteCount: Int, source: StoredTensor.Source, isBigEndian: Bool
  ) throws(Malformed) -> StoredTensor {
    guard let type = elementType ?? storage.elementType else {
      throw Malformed("tensor '\(name)' has no element type")
    }
    // An untyped storage counts in bytes.
    let unit = storage.elementType?.byteCount ?? 1
    let (size, overflow) = storage.count.multipliedReportingOverflow(by: unit)
    guard !overflow, size <= byteCount else {
      throw Malformed(
        "storage '\(storage.key)' has \(byteCount) bytes instead of \(storage.count)×\(unit): it is cut off")
    }
    return try StoredTensor(
      name: name, elementType: type, isBigEndian: isBigEndian, extents: extents, strides: strides,
      offset: offset,
      capacity: size / type.byteCount, source: source)
  }
}
