import Formats
import Machine

/// Reads pickles of NumPy arrays, or of tensors written by `pickle.dump`, in dictionaries and lists.
///
/// Keras users store weights as `{layer: [kernel, bias]}` (`Layer.get_weights()`). The kernels are then in
/// TensorFlow's order, output channels last. The shape alone cannot distinguish this order from PyTorch's; a
/// bias as long as the last axis can. Such files are read with PyTorch's names and order: `<layer>.weight`
/// (output × input × height × width, or output × input) and `<layer>.bias`.
enum NumPyPickleReader {
  static func contents(of file: ByteRegion) throws(Malformed) -> CheckpointContents {
    var machine = Unpickler(file)
    let root = try machine.run()
    guard machine.position == file.count else {
      throw Malformed(
        "\(file.count - machine.position) bytes follow its pickle: it is damaged or of an unknown format")
    }
    let heap = machine.heap
    if let layers = try kerasLayers(of: root, in: heap) {
      return CheckpointContents(format: .numpyPickle, tensors: layers)
    }
    return try PickledTensors.contents(heap.tensors.isEmpty ? .numpyPickle : .pickle, root, heap) {
      storage throws(Malformed) in throw Malformed("its elements are in another file")
    }
  }

  /// Returns the tensors of a dictionary in which every value is a kernel with its bias, `nil` for any other
  /// dictionary.
  private static func kerasLayers(
    of root: PickleValue, in heap: PickleHeap
  ) throws(Malformed) -> [StoredTensor]? {
    guard case .dictionary(let index) = root else { return nil }
    var tensors: [StoredTensor] = []
    for entry in heap.dictionaries[index] {
      guard let layer = entry.key.text, case .list(let list) = entry.value, heap.sequences[list].count == 2,
        case .array(let kernelIndex) = heap.sequences[list][0],
        case .array(let biasIndex) = heap.sequences[list][1],
        let kernel = try heap.arrays[kernelIndex].stored(as: layer + ".weight"),
        let bias = try heap.arrays[biasIndex].stored(as: layer + ".bias"),
        kernel.extents.count == 4 || kernel.extents.count == 2, bias.extents.count == 1,
        kernel.extents.last == bias.extents.first
      else { return nil }
      tensors.append(try kernel.permuted(kernel.extents.count == 4 ? [3, 2, 0, 1] : [1, 0]))
      tensors.append(bias)
    }
    return tensors.isEmpty ? nil : tensors
  }
}
