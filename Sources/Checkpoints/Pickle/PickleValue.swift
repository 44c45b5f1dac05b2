import Machine
import Tensor

/// A value that a pickle has built.
///
/// Containers are indices into a ``PickleHeap``, as in the pickle's own memo. Cycles and deep nesting
/// therefore cannot exhaust memory or the call stack.
enum PickleValue: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer wider than 64 bits, in decimal.
  case wideInteger(String)
  case double(Double)
  case text(String)
  /// A byte string. Python 2 and its checkpoints also use byte strings as text.
  case bytes(ByteRegion)
  case tuple(Int)
  case list(Int)
  case set(Int)
  case dictionary(Int)
  /// A name imported from a module.
  case global(PickleGlobal)
  /// An instance of a class that is not built, with its arguments and state.
  case object(Int)
  /// A torch storage.
  case storage(Int)
  /// A torch tensor on a storage.
  case tensor(Int)
  /// A NumPy dtype.
  case numberType(Int)
  /// A NumPy array.
  case array(Int)

  /// The text of a name: a string or, in Latin-1, a byte string; `nil` when it is too long for a name.
  ///
  /// The memo lets a pickle use one long text many times at little cost, so each use must be cheap here, too.
  var text: String? {
    switch self {
    case .text(let text): text.utf8.count <= Self.nameLimit ? text : nil
    case .bytes(let bytes): bytes.count <= Self.nameLimit ? bytes.latin1 : nil
    default: nil
    }
  }

  private static let nameLimit = 4_096

  /// The value of an integer of at most 64 bits.
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
}

/// A module and a name in the module.
struct PickleGlobal: Hashable, Sendable, CustomStringConvertible {
  let module: String
  let name: String

  var description: String { name.isEmpty ? module : module.isEmpty ? name : "\(module).\(name)" }
}

/// A placeholder for an instance that is not built.
struct PickleObject: Sendable {
  /// The class of the instance, or the function whose result the placeholder represents.
  let origin: PickleGlobal
  /// The arguments of the constructor.
  var arguments: [PickleValue] = []
  /// The state set by `BUILD`.
  var state: PickleValue = .none
  /// The index of the container with the entries of a mapping, or the elements of a sequence.
  var entries: Int?
  var elements: Int?
}

/// A torch storage, to which a pickle refers by key.
struct TorchStorage: Sendable {
  let key: String
  /// The dtype, `nil` for an untyped storage, whose size is in bytes.
  let elementType: ElementType?
  /// The number of elements of the whole storage.
  let count: Int
  /// The range of a storage that is a view of another (legacy format): its offset and length in elements.
  var view: (offset: Int, count: Int)?
  /// The content of a storage whose elements are in the pickle itself.
  var content: StorageContent?
}

/// The location of a storage's bytes.
struct StorageContent: Sendable {
  let source: StoredTensor.Source
  /// The number of available bytes.
  let byteCount: Int
  let isBigEndian: Bool
}

/// A torch tensor described by a pickle.
struct TorchTensor: Sendable {
  let storage: Int
  /// The dtype of the elements when the storage is untyped.
  var elementType: ElementType?
  let offset: Int
  let extents: [Int]
  let strides: [Int]
}

/// A NumPy dtype while a pickle builds it.
struct NumberType: Sendable {
  /// The dtype, `nil` for records, strings and objects.
  let elementType: ElementType?
  var isBigEndian = false
}

/// A NumPy array while a pickle builds it.
struct NumPyArray: Sendable {
  var type = NumberType(elementType: nil)
  var extents: [Int] = []
  var isFortranOrder = false
  /// The bytes of the elements, `nil` until the state is set, and for arrays of objects.
  var data: ByteRegion?
}

/// The containers and instances of one pickle.
struct PickleHeap: Sendable {
  /// Tuples, lists and sets.
  var sequences: [[PickleValue]] = []
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var objects: [PickleObject] = []
  var storages: [TorchStorage] = []
  var tensors: [TorchTensor] = []
  var numberTypes: [NumberType] = []
  var arrays: [NumPyArray] = []

  mutating func tuple(_ values: [PickleValue]) -> PickleValue {
    sequences.append(values)
    return .tuple(sequences.count - 1)
  }

  mutating func list(_ values: [PickleValue]) -> PickleValue {
    sequences.append(values)
    return .list(sequences.count - 1)
  }

  mutating func set(_ values: [PickleValue]) -> PickleValue {
    sequences.append(values)
    return .set(sequences.count - 1)
  }

  mutating func dictionary(_ entries: [(key: PickleValue, value: PickleValue)] = []) -> PickleValue {
    dictionaries.append(entries)
    return .dictionary(dictionaries.count - 1)
  }

  mutating func object(_ object: PickleObject) -> PickleValue {
    objects.append(object)
    return .object(objects.count - 1)
  }

  mutating func numberType(_ type: NumberType) -> PickleValue {
    numberTypes.append(type)
    return .numberType(numberTypes.count - 1)
  }

  mutating func array(_ array: NumPyArray) -> PickleValue {
    arrays.append(array)
    return .array(arrays.count - 1)
  }

  /// Returns the elements of a tuple or list.
  func sequence(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let index), .list(let index): sequences[index]
    default: nil
    }
  }

  /// Returns the integers of a tuple or list of integers that is not longer than a tensor's number of axes.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let values = sequence(value), values.count <= 64 else { return nil }
    let integers = values.compactMap(\.integer)
    return integers.count == values.count ? integers : nil
  }

  /// Returns the value under a text key of a dictionary. For a repeated key this is the last value.
  func value(_ key: String, in value: PickleValue) -> PickleValue? {
    guard case .dictionary(let index) = value else { return nil }
    return dictionaries[index].last { $0.key.text == key }?.value
  }
}
