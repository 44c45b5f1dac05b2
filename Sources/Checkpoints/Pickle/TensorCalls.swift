import Formats
import Tensor

/// The calls with which PyTorch and NumPy pickle tensors and arrays. No other calls are evaluated.
enum TensorCalls {
  /// Returns the result of a call that builds a tensor, an array or a dtype, `nil` for every other call.
  static func result(
    of global: PickleGlobal, _ values: [PickleValue], in machine: inout Unpickler
  ) throws(Malformed) -> PickleValue? {
    switch global.module {
    case "torch._utils", "torch._tensor": return try torch(global.name, values, in: &machine)
    case "torch.storage" where global.name == "_load_from_bytes":
      return try TorchBlob.storage(of: values, in: &machine)
    case "numpy.core.multiarray", "numpy._core.multiarray":
      guard global.name == "_reconstruct" else { return nil }
      return machine.heap.array(NumPyArray())
    case "numpy.core.numeric", "numpy._core.numeric":
      guard global.name == "_frombuffer" else { return nil }
      return fromBuffer(values, in: &machine)
    case "numpy" where global.name == "dtype": return machine.heap.numberType(numberType(values))
    default: return nil
    }
  }

  // MARK: PyTorch

  private static func torch(
    _ name: String, _ values: [PickleValue], in machine: inout Unpickler
  ) throws(Malformed) -> PickleValue? {
    switch name {
    // (storage, offset, size, stride, …); version 3 adds the dtype at the end.
    case "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3":
      // A tensor on an unknown kind of storage is a placeholder.
      if values.count >= 4, case .object = values[0] { return nil }
      guard values.count >= 4, case .storage(let storage) = values[0], let offset = values[1].integer,
        let extents = machine.heap.integers(values[2]), let strides = machine.heap.integers(values[3])
      else { throw Malformed("the pickle has a tensor without storage, offset, size and stride") }
      var tensor = TorchTensor(storage: storage, offset: offset, extents: extents, strides: strides)
      if name == "_rebuild_tensor_v3" {
        guard values.count >= 7, case .global(let type) = values[6], let type = ElementType(torchType: type)
        else { return nil }
        tensor.elementType = type
      }
      machine.heap.tensors.append(tensor)
      return .tensor(machine.heap.tensors.count - 1)
    // (tensor, requires_grad, hooks, …)
    case "_rebuild_parameter", "_rebuild_parameter_with_state":
      guard case .tensor = values.first else { return nil }
      return values.first
    // (tensor or array, dtype, device, requires_grad): tensors of accelerators other than CUDA.
    case "_rebuild_device_tensor_from_numpy", "_rebuild_device_tensor_from_cpu_tensor":
      switch values.first {
      case .tensor, .array: return values.first
      default: return nil
      }
    // (function, class, arguments, state): a subclass of Tensor.
    case "_rebuild_from_type_v2":
      guard values.count >= 3, case .global(let function) = values[0], function.module == "torch._utils",
        let arguments = machine.heap.sequence(values[2])
      else { return nil }
      return try torch(function.name, arguments, in: &machine)
    default: return nil
    }
  }

  // MARK: NumPy

  private static func numberType(_ values: [PickleValue]) -> NumberType {
    guard let code = values.first?.text else { return NumberType(elementType: nil) }
    // Pickled dtypes are plain (`f4`), with the byte order in their state; prefixes are accepted
    // nevertheless.
    let order = code.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    return NumberType(
      elementType: ElementType(numpyCode: order == nil ? code[...] : code.dropFirst()),
      isBigEndian: order == ">")
  }

  /// Sets an array's state: (version, shape, dtype, Fortran order, data), without the version in old pickles.
  ///
  /// An array of a subclass may have a different state; it then has no elements.
  static func setArray(_ index: Int, _ values: [PickleValue], in machine: inout Unpickler) {
    let values = values.count == 5 ? values.dropFirst() : values[...]
    let start = values.startIndex
    guard values.count == 4, let extents = machine.heap.integers(values[start]),
      case .numberType(let type) = values[start + 1],
      case .bool(let isFortranOrder) = fortran(values[start + 2])
    else { return }
    machine.heap.arrays[index] = NumPyArray(
      type: machine.heap.numberTypes[type], extents: extents, isFortranOrder: isFortranOrder)
    // Arrays of objects have a list as data, and protocol 0 has escaped text. Only bytes are elements.
    if case .bytes(let data) = values[start + 3] { machine.heap.arrays[index].data = data }
  }

  private static func fortran(_ value: PickleValue) -> PickleValue {
    if case .integer(let flag) = value { .bool(flag != 0) } else { value }
  }

  /// Builds an array of protocol 5: (buffer, dtype, shape, order).
  private static func fromBuffer(
    _ values: [PickleValue], in machine: inout Unpickler
  ) -> PickleValue? {
    guard values.count == 4, case .bytes(let data) = values[0], case .numberType(let type) = values[1],
      let extents = machine.heap.integers(values[2])
    else { return nil }
    return machine.heap.array(
      NumPyArray(
        type: machine.heap.numberTypes[type], extents: extents, isFortranOrder: values[3].text == "F",
        data: data))
  }
}

extension ElementType {
  /// Creates the dtype of a typed torch storage, such as `torch.FloatStorage`.
  init?(torchStorage global: PickleGlobal) {
    guard global.module == "torch" || global.module == "torch.cuda" || global.module == "torch.storage" else {
      return nil
    }
    switch global.name {
    case "FloatStorage": self = .float32
    case "DoubleStorage": self = .float64
    case "HalfStorage": self = .float16
    case "BFloat16Storage": self = .bfloat16
    case "LongStorage": self = .int64
    case "IntStorage": self = .int32
    case "ShortStorage": self = .int16
    case "CharStorage": self = .int8
    case "ByteStorage": self = .uint8
    // Storages of quantised tensors. The tensors are placeholders, but the sizes are needed to find the next
    // storage.
    case "QInt8Storage": self = .int8
    case "QUInt8Storage", "QUInt4x2Storage", "QUInt2x4Storage": self = .uint8
    case "QInt32Storage": self = .int32
    case "BoolStorage": self = .bool
    case "ComplexFloatStorage": self = .complex64
    case "ComplexDoubleStorage": self = .complex128
    default: return nil
    }
  }

  /// Creates the dtype of a torch dtype, such as `torch.float16`.
  init?(torchType global: PickleGlobal) {
    guard global.module == "torch" else { return nil }
    switch global.name {
    case "float8_e4m3fn": self = .float8e4m3
    case "float8_e5m2": self = .float8e5m2
    default: self.init(rawValue: global.name)
    }
  }
}
