internal import Tensor

/// Reads the stream `torch.save` wrote before PyTorch 1.6.
///
/// Four pickles (a magic number, the protocol 1001, facts about the writer's system, the object), a fifth with
/// the keys of the storages, then for each key the number of elements (64 bits) and the elements
/// (`torch/serialization.py`, `_legacy_load`).
enum TorchLegacyReader {
  private static let magic = "119547037146038801333356"  // 0x1950a86a20f9469cfc6c
  private static let protocolVersion = 1001

  /// The tensors; `nil` when the pickle at the start is not the magic number.
  static func contents(of file: ByteRegion) throws(Malformed) -> CheckpointContents? {
    var start = Unpickler(file)
    // Anything else that can be a pickle is for another reader to judge.
    guard file.count < 1 << 40, let first = try? start.magicNumber(), first == magic else { return nil }
    var position = start.position
    guard try next(in: file, &position).root.integer == protocolVersion else {
      throw Malformed("it is a PyTorch file of an unknown protocol")
    }
    let (system, systemHeap) = try next(in: file, &position)
    let isLittleEndian = systemHeap.value("little_endian", in: system)
    let isBigEndian = if case .bool(false) = isLittleEndian { true } else { false }
    let (root, heap) = try next(in: file, &position)
    let (keyList, keyHeap) = try next(in: file, &position)
    guard let keys = keyHeap.sequence(keyList)?.map(\.text) else {
      throw Malformed("the list of storages is damaged")
    }

    // Every reference to a storage says its type and size; they must agree where one is shared.
    var described: [String: TorchStorage] = [:]
    for storage in heap.storages {
      guard let known = described.updateValue(storage, forKey: storage.key) else { continue }
      guard known.elementType == storage.elementType, known.count == storage.count else {
        throw Malformed("storage '\(storage.key)' is described in two ways")
      }
    }
    var regions: [String: ByteRegion] = [:]
    for key in keys {
      guard let key, let storage = described[key] else {
        throw Malformed("the file has a storage '\(key ?? "?")' that nothing refers to")
      }
      guard let count: Int64 = file.integer(at: position) else {
        throw Malformed("the file is cut off before its storages end")
      }
      let stated = isBigEndian ? count.byteSwapped : count
      // Storages without a type count in bytes.
      let unit = storage.elementType?.byteCount ?? 1
      guard stated == storage.count,
        case let (size, overflow) = storage.count.multipliedReportingOverflow(by: unit),
        !overflow
      else { throw Malformed("storage '\(key)' has \(stated) elements instead of \(storage.count)") }
      guard let region = file.slice(at: position + 8, count: size) else {
        throw Malformed("storage '\(key)' is cut off")
      }
      regions[key] = region
      position += 8 + size
    }

    var tensors: [StoredTensor] = []
    for item in try StateDictionary.items(of: root, in: heap) {
      switch item.value {
      case .tensor(let index):
        let tensor = heap.tensors[index]
        let storage = heap.storages[tensor.storage]
        guard let whole = regions[storage.key] else {
          throw Malformed("tensor '\(item.name)' is in storage '\(storage.key)', which the file lacks")
        }
        let unit = storage.elementType?.byteCount ?? 1
        let view = storage.view ?? (0, storage.count)
        guard let region = whole.slice(at: view.offset * unit, count: view.count * unit) else {
          throw Malformed("storage '\(storage.key)' is cut off")
        }
        tensors.append(
          try tensor.stored(
            as: item.name, in: storage.resized(to: view.count), byteCount: region.count,
            source: .bytes(region),
            isBigEndian: isBigEndian))
      case .array(let index):
        if let array = try heap.arrays[index].stored(as: item.name) { tensors.append(array) }
      default: break
      }
    }
    return CheckpointContents(
      format: .torchLegacy, tensors: tensors, metadata: TrainingFacts.read(root, in: heap))
  }

  private static func next(
    in file: ByteRegion, _ position: inout Int
  ) throws(Malformed) -> (root: PickleValue, heap: PickleHeap) {
    var machine = Unpickler(file, at: position)
    let root = try machine.run()
    position = machine.position
    return (root, machine.heap)
  }
}

extension TorchStorage {
  fileprivate func resized(to count: Int) -> TorchStorage {
    TorchStorage(key: key, elementType: elementType, count: count)
  }
}

extension Unpickler {
  /// Reads a pickle that is one wide integer, in decimal; `nil` when it is anything longer.
  fileprivate mutating func magicNumber() throws(Malformed) -> String? {
    for _ in 0..<4 {  // protocol, frame, the number, its end
      let code = try byte()
      guard let opcode = PickleOpcode(rawValue: code) else { return nil }
      switch opcode {
      case .proto, .frame, .long1, .long: try perform(opcode)
      case .stop:
        guard case .wideInteger(let digits) = try pop() else { return nil }
        return digits
      default: return nil
      }
    }
    return nil
  }
}
