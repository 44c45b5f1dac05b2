import Formats
import Machine

/// A PyTorch file within a pickle, the form of a storage in pickles not written by `torch.save`.
///
/// `pickle.dump` of a state dict writes for each tensor a call of `torch.storage._load_from_bytes` with the
/// bytes that `torch.save` writes for its storage.
enum TorchBlob {
  /// Returns the storage that such a call gives, `nil` for other bytes. The call then becomes a placeholder.
  ///
  /// - Throws: ``Malformed`` when the bytes would run code, or when the pickle opens more bytes than it has.
  static func storage(
    of values: [PickleValue], in machine: inout Unpickler
  ) throws(Malformed) -> PickleValue? {
    guard case .bytes(let bytes) = values.first else { return nil }
    guard machine.nesting < Unpickler.Limits.nesting else {
      throw Malformed("the pickle nests files within files without end")
    }
    // The memo lets a pickle name one file many times. Genuine pickles open each file once.
    machine.opened += bytes.count
    guard machine.opened <= 2 * machine.bytes.count else {
      throw Malformed("the pickle opens more files than it holds")
    }
    let found: TorchStorage?
    do throws(Malformed) { found = try read(bytes, nesting: machine.nesting + 1) } catch {
      guard !error.isRefusal else { throw error }
      return nil
    }
    guard let found else { return nil }
    machine.heap.storages.append(found)
    return .storage(machine.heap.storages.count - 1)
  }

  private static func read(_ bytes: ByteRegion, nesting: Int) throws(Malformed) -> TorchStorage? {
    if ZipArchive.begins(bytes) {
      guard let archive = try TorchArchive(ZipArchive(bytes)) else { return nil }
      let (root, heap) = try archive.pickled(nesting: nesting)
      return try storage(root, heap, archive.content)
    }
    guard Unpickler.begins(bytes), let file = try TorchLegacyReader(bytes, nesting: nesting) else {
      return nil
    }
    return try storage(file.root, file.heap, file.content)
  }

  private static func storage(
    _ root: PickleValue, _ heap: PickleHeap, _ locate: (TorchStorage) throws(Malformed) -> StorageContent
  ) throws(Malformed) -> TorchStorage? {
    guard case .storage(let index) = root else { return nil }
    let storage = heap.storages[index]
    var found = TorchStorage(
      key: storage.key, elementType: storage.elementType, count: storage.view?.count ?? storage.count)
    found.content = if let content = storage.content { content } else { try locate(storage) }
    return found
  }
}
