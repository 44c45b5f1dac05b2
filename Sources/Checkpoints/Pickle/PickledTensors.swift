import Formats
import Machine
import Tensor

/// Lists the tensors in a pickle, with the locations of their elements.
enum PickledTensors {
  /// Finds every tensor and array, with the location of its bytes.
  ///
  /// A tensor that cannot be read (its storage is truncated, or its strides leave the storage) may not be
  /// needed, so it is listed as unreadable, with the reason.
  ///
  /// - Parameters:
  ///   - format: The format of the file.
  ///   - root: The pickle's value.
  ///   - heap: The pickle's containers.
  ///   - locate: Finds the elements of a storage outside the pickle.
  /// - Returns: The tensors in the pickle's order.
  /// - Throws: ``Malformed`` when there are more tensors than in any network.
  static func contents(
    _ format: Checkpoint.Format, _ root: PickleValue, _ heap: PickleHeap,
    _ locate: (TorchStorage) throws(Malformed) -> StorageContent
  ) throws(Malformed) -> CheckpointContents {
    let walk = try TensorWalk(of: root, in: heap)
    var contents = CheckpointContents(format: format, tensors: [], dictionaries: walk.dictionaries)
    contents.unreadable = walk.placeholders
    for item in walk.items {
      do throws(Malformed) {
        var tensor = try stored(item, heap, locate)
        tensor.dictionary = item.dictionary
        contents.tensors.append(tensor)
      } catch {
        contents.unreadable[item.name] = error.reason
      }
    }
    if walk.items.isEmpty, walk.isCutShort {
      throw Malformed("the pickle nests its containers without end")
    }
    return contents
  }

  private static func stored(
    _ item: TensorWalk.Item, _ heap: PickleHeap, _ locate: (TorchStorage) throws(Malformed) -> StorageContent
  ) throws(Malformed) -> StoredTensor {
    switch item.value {
    case .tensor(let index):
      let tensor = heap.tensors[index]
      let storage = heap.storages[tensor.storage]
      let content = if let content = storage.content { content } else { try locate(storage) }
      return try tensor.stored(as: item.name, in: storage, content)
    case .array(let index):
      guard let array = try heap.arrays[index].stored(as: item.name) else {
        throw Malformed("an array whose elements are not numbers")
      }
      return array
    default: throw Malformed("no tensor")
    }
  }
}

extension TorchTensor {
  /// Returns the tensor in the bytes of its storage.
  ///
  /// - Throws: ``Malformed`` when the storage is shorter than stated, or the tensor exceeds it.
  func stored(
    as name: String, in storage: TorchStorage, _ content: StorageContent
  ) throws(Malformed) -> StoredTensor {
    guard let type = elementType ?? storage.elementType else {
      throw Malformed("tensor '\(name)' has no element type")
    }
    // The size of an untyped storage is in bytes.
    let unit = storage.elementType?.byteCount ?? 1
    let (size, overflow) = (storage.view?.count ?? storage.count).multipliedReportingOverflow(by: unit)
    guard !overflow, size <= content.byteCount else {
      throw Malformed(
        "storage '\(storage.key)' has \(content.byteCount) bytes instead of \(storage.count)×\(unit): it is cut off"
      )
    }
    return try StoredTensor(
      name: name, elementType: type, isBigEndian: content.isBigEndian, extents: extents, strides: strides,
      offset: offset, capacity: size / type.byteCount, source: content.source)
  }
}

extension NumPyArray {
  /// Returns the array in the pickle's own bytes, `nil` when its elements are not numbers.
  ///
  /// - Throws: ``Malformed`` when the number of bytes does not match the shape and dtype.
  func stored(as name: String) throws(Malformed) -> StoredTensor? {
    guard let type = type.elementType, let data else { return nil }
    guard let count = Shape.checkedCount(of: extents),
      case let (size, overflow) = count.multipliedReportingOverflow(by: type.byteCount), !overflow,
      size == data.count
    else { throw Malformed("array '\(name)' has \(data.count) bytes, which is not \(extents) of \(type)") }
    return try StoredTensor(
      name: name, elementType: type, isBigEndian: self.type.isBigEndian, extents: extents,
      strides: isFortranOrder ? StoredTensor.columnMajor(extents) : nil, capacity: count, source: .bytes(data)
    )
  }
}
