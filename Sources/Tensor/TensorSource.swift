import Machine

/// Named tensors, wherever they come from: a checkpoint file, a generator, a dictionary.
public protocol TensorSource: Sendable {
  /// Every name, in the source's own order.
  var names: [String] { get }

  /// The shape of a tensor, without reading it; `nil` when there is none of that name.
  func shape(of name: String) -> Shape?

  /// Reads a tensor, widening or narrowing to `Float`.
  ///
  /// - Throws: An error that names the file and tensor when its bytes cannot be read.
  func tensor(named name: String) throws -> Tensor
}

/// Tensors held in memory under their names.
public struct TensorDictionary: TensorSource, ExpressibleByDictionaryLiteral {
  /// The tensors by name.
  public var tensors: [String: Tensor]

  /// Creates a source from tensors by name.
  public init(_ tensors: [String: Tensor]) { self.tensors = tensors }

  /// Creates a source from tensors by name.
  public init(dictionaryLiteral elements: (String, Tensor)...) {
    tensors = Dictionary(elements) { _, last in last }
  }

  /// The names, sorted.
  public var names: [String] { tensors.keys.sorted() }
  /// The shape of a tensor, if there is one of that name.
  public func shape(of name: String) -> Shape? { tensors[name]?.shape }
  /// The tensor of a name.
  ///
  /// - Throws: ``UnknownName`` when there is none.
  public func tensor(named name: String) throws -> Tensor {
    guard let tensor = tensors[name] else { throw UnknownName(.tensor, name: name, known: []) }
    return tensor
  }
}
