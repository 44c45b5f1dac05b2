import Formats
import Machine
import Tensor

/// Reads the stream that `torch.save` wrote before PyTorch 1.6.
///
/// The stream has four pickles (a magic number, the protocol 1001, facts about the writer's system, the
/// object), a fifth with the keys of the storages, then for each key the number of elements (64 bits) and the
/// elements (`torch/serialization.py`, `_legacy_load`).
struct TorchLegacyReader {
  private static let magic = "119547037146038801333356"  // 0x1950a86a20f9469cfc6c
  private static let protocolVersion = 1001

  /// The value of the fourth pickle.
  let root: PickleValue
  let heap: PickleHeap
  private let isBigEndian: Bool
  private let regions: [String: ByteRegion]

  /// Returns the tensors, `nil` when the first pickle is not the magic number.
  static func contents(of file: ByteRegion) throws(Malformed) -> CheckpointContents? {
    guard let reader = try TorchLegacyReader(file) else { return nil }
    var contents = try PickledTensors.contents(.torchLegacy, reader.root, reader.heap) {
      storage throws(Malformed) in
      try reader.content(of: storage)
    }
    contents.metadata = TrainingFacts.read(reader.root, in: reader.heap)
    return contents
  }

  /// Reads everything except the elements. Returns `nil` when the first pickle is not the magic number.
  ///
  /// - Parameters:
  ///   - file: The bytes.
  ///   - nesting: The number of pickles that contain the file.
  /// - Throws: ``Malformed`` when the file is damaged, or would run code.
  init?(_ file: ByteRegion, nesting: Int = 0) throws(Malformed) {
    var start = Unpickler(file, nesting: nesting)
    // Other pickles are left to other readers.
    guard file.count < 1 << 40, let first = try? start.magicNumber(), first == Self.magic else { return nil }
    var position = start.position
    func next() throws(Malformed) -> (root: PickleValue, heap: PickleHeap) {
      var machine = Unpickler(file, at: position, nesting: nesting)
      let root = try machine.run()
      position = machine.position
      return (root, machine.heap)
    }
    guard try next().root.integer == Self.protocolVersion else {
      throw Malformed("it is a PyTorch file of an unknown protocol")
    }
    let (system, systemHeap) = try next()
    let isLittleEndian = systemHeap.value("little_endian", in: system)
    isBigEndian = if case .bool(false) = isLittleEndian { true } else { false }
    (root, heap) = try next()
    let (keyList, keyHeap) = try next()
    guard let keys = keyHeap.sequence(keyList)?.map(\.text) else {
      throw Malformed("the list of storages is damaged")
    }
    regions = try Self.regions(keys, heap, in: file, at: position, isBigEndian: isBigEndian)
  }

  private static func regions(
    _ keys: [String?], _ heap: PickleHeap, in file: ByteRegion, at start: Int, isBigEndian: Bool
  ) throws(Malformed) -> [String: ByteRegion] {
    // Every reference to a storage states its dtype and size. They must agree when a storage is shared.
    var described: [String: TorchStorage] = [:]
    for storage in heap.storages where storage.content == nil {
      guard let known = described.updateValue(storage, forKey: storage.key) else { continue }
      guard known.elementType == storage.elementType, known.count == storage.count else {
        throw Malformed("storage '\(storage.key)' is described in two ways")
      }
    }
    var position = start
    var regions: [String: ByteRegion] = [:]
    for key in keys {
      guard let key, let storage = described[key] else {
        throw Malformed(
          "the file has a storage '\(key ?? "?")' that nothing refers to, or of an unknown type")
      }
      guard let count: Int64 = file.integer(at: position) else {
        throw Malformed("the file is cut off before its storages end")
      }
      let stated = isBigEndian ? count.byteSwapped : count
      // The size of an untyped storage is in bytes.
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
    return regions
  }

  /// Returns the location of a storage's elements, or of the elements of its view.
  func content(of storage: TorchStorage) throws(Malformed) -> StorageContent {
    guard let whole = regions[storage.key] else {
      throw Malformed("it is in storage '\(storage.key)', which the file lacks")
    }
    let unit = storage.elementType?.byteCount ?? 1
    let view = storage.view ?? (0, storage.count)
    guard let region = whole.slice(at: view.offset * unit, count: view.count * unit) else {
      throw Malformed("storage '\(storage.key)' is cut off")
    }
    return StorageContent(source: .bytes(region), byteCount: region.count, isBigEndian: isBigEndian)
  }
}

extension Unpickler {
  /// Reads a pickle that is a single wide integer, in decimal. Returns `nil` for a longer pickle.
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
