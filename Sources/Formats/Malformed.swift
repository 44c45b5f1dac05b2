package import Machine

/// A fault that a reader finds in the bytes of a file. The caller of the reader knows the name of the file,
/// and combines both into a sentence.
package struct Malformed: Explained {
  /// The fault, in words that follow the name of the file.
  package let reason: String
  /// Whether reading on would have executed code. Such a file is refused, whichever part of it contains the
  /// bytes.
  package let isRefusal: Bool

  /// Creates an error.
  package init(_ reason: String, isRefusal: Bool = false) {
    (self.reason, self.isRefusal) = (reason, isRefusal)
  }

  /// The class of failure: bytes are data, whatever their fault.
  package var kind: Failure.Kind { .badData }
  /// The reason.
  package var sentence: Sentence { Sentence(reason) }
}

extension Failure {
  /// Creates the failure of a file from the fault that a reader found in it.
  package init(_ error: Malformed, in path: String) { self.init(.badData, path: path, error.sentence) }
}
