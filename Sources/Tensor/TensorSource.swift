import Machine

/// A source of named tensors: a checkpoint file, a generator, a dictionary.
package protocol TensorSource: Sendable {
  /// All names, in the source's own order.
  var names: [String] { get }

  /// Returns the shape of a tensor without reading it, `nil` when no tensor has that name.
  func shape(of name: String) -> Shape?

  /// Reads a tensor and converts its elements to `Float`.
  ///
  /// - Throws: An error that names the file and tensor when its bytes cannot be read.
  func tensor(named name: String) throws -> Tensor
}

/// Tensors held in memory under their names.
package struct TensorDictionary: TensorSource, ExpressibleByDictionaryLiteral {
  /// The tensors by name.
  package var tensors: [String: Tensor]

  /// Creates a source from tensors by name.
  package init(_ tensors: [String: Tensor]) { self.tensors = tensors }

  /// Creates a source from tensors by name.
  package init(dictionaryLiteral elements: (String, Tensor)...) {
    tensors = Dictionary(elements) { _, last in last }
  }

  /// The names, sorted.
  package var names: [String] { tensors.keys.sorted() }
  /// Returns the shape of a tensor, `nil` when no tensor has that name.
  package func shape(of name: String) -> Shape? { tensors[name]?.shape }
  /// Returns the tensor with a name.
  ///
  /// - Throws: ``UnknownName`` when no tensor has that name.
  package func tensor(named name: String) throws -> Tensor {
    guard let tensor = tensors[name] else { throw UnknownName(.tensor, name: name, known: []) }
    return tensor
  }
}
