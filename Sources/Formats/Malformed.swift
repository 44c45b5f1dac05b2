package import Machine

/// The fault that a reader finds in bytes. The reader's caller knows the file's name and makes a sentence of both.
package struct Malformed: Explained {
  /// The words that follow the file's name.
  package let reason: String
  /// Whether reading on would have run something: such a file is refused, whatever part of it the bytes are in.
  package let isRefusal: Bool

  /// Creates an error.
  package init(_ reason: String, isRefusal: Bool = false) {
    (self.reason, self.isRefusal) = (reason, isRefusal)
  }

  /// Bytes are data, whatever is wrong with them.
  package var kind: Failure.Kind { .badData }
  /// The reason.
  package var sentence: Sentence { Sentence(reason) }
}

extension Failure {
  /// The fault that a reader found in a file.
  package init(_ error: Malformed, in path: String) { self.init(.badData, path: path, error.sentence) }
}
