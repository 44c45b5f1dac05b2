import Machine
import Tensor

/// A value a pickle has built.
///
/// Containers are numbers into a ``PickleHeap``, as in the pickle's own memo: cycles and any depth of nesting
/// are then harmless, to memory as to the call stack.
enum PickleValue: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer beyond 64 bits, in decimal.
  case wideInteger(String)
  case double(Double)
  case text(String)
  /// A byte string; Python 2 and its checkpoints use them as text, too.
  case bytes(ByteRegion)
  case tuple(Int)
  case list(Int)
  case set(Int)
  case dictionary(Int)
  /// A name imported from a module, not called.
  case global(PickleGlobal)
  /// An instance of a class that is not built, with what the pickle gave it.
  case object(Int)
  /// A torch storage.
  case storage(Int)
  /// A torch tensor on a storage.
  case tensor(Int)
  /// A NumPy element type.
  case numberType(Int)
  /// A NumPy array.
  case array(Int)

  /// The text of a name: a string or, in Latin-1, a byte string; `nil` for one too long to be a name.
  ///
  /// The memo makes it cheap to use one long text many times over; handling it as often must stay cheap, too.
  var text: String? {
    switch self {
    case .text(let text): text.utf8.count <= Self.nameLimit ? text : nil
    case .bytes(let bytes): bytes.count <= Self.nameLimit ? bytes.latin1 : nil
    default: nil
    }
  }

  private static let nameLimit = 4_096

  /// The value of an integer that fits.
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
}

/// A module and a name in it.
struct PickleGlobal: Hashable, Sendable, CustomStringConvertible {
  let module: String
  let name: String

  var description: String { name.isEmpty ? module : module.isEmpty ? name : "\(module).\(name)" }
}

/// An instance that is kept, not built.
struct PickleObject: Sendable {
  /// The class, or the function whose result it stands for.
  let origin: PickleGlobal
  /// What the constructor was given.
  var arguments: [PickleValue] = []
  /// What `BUILD` set.
  var state: PickleValue = .none
  /// The entries it has as a mapping or the elements as a sequence, in containers of the heap.
  var entries: Int?
  var elements: Int?
}

/// A torch storage a pickle refers to by key.
struct TorchStorage: Sendable {
  let key: String
  /// `nil` for an untyped storage, which is counted in bytes.
  let elementType: ElementType?
  /// The number of elements, of the whole storage.
  let count: Int
  /// In the legacy format a storage may be part of another: where it begins and how long it is, in elements.
  var view: (offset: Int, count: Int)?
  /// The elements of a storage that lies in the pickle itself.
  var content: StorageContent?
}

/// Where the bytes of a storage are.
struct StorageContent: Sendable {
  let source: StoredTensor.Source
  /// The number of bytes there are.
  let byteCount: Int
  let isBigEndian: Bool
}

/// A torch tensor a pickle describes.
struct TorchTensor: Sendable {
  let storage: Int
  /// The type of the elements where the storage has none.
  var elementType: ElementType?
  let offset: Int
  let extents: [Int]
  let strides: [Int]
}

/// A NumPy element type while a pickle builds it.
struct NumberType: Sendable {
  /// `nil` for records, strings and objects.
  let elementType: ElementType?
  var isBigEndian = false
}

/// A NumPy array while a pickle builds it.
struct NumPyArray: Sendable {
  var type = NumberType(elementType: nil)
  var extents: [Int] = []
  var isFortranOrder = false
  /// `nil` until its state is set, and in arrays of objects.
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

  /// The elements of a tuple or list.
  func sequence(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let index), .list(let index): sequences[index]
    default: nil
    }
  }

  /// The integers of a tuple or list of integers, no more than a tensor has axes.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let values = sequence(value), values.count <= 64 else { return nil }
    let integers = values.compactMap(\.integer)
    return integers.count == values.count ? integers : nil
  }

  /// The value under a text key of a dictionary, the last where it comes twice.
  func value(_ key: String, in value: PickleValue) -> PickleValue? {
    guard case .dictionary(let index) = value else { return nil }
    return dictionaries[index].last { $0.key.text == key }?.value
  }
}
