private import Glibc

/// A file that could not be opened, read or written, and why.
package struct FileError: Error, Sendable, CustomStringConvertible {
  package let path: String
  package let operation: String
  /// The system's error number, or 0 where the fault is not the system's.
  package let code: Int32

  package init(path: String, operation: String, code: Int32) {
    self.path = path
    self.operation = operation
    self.code = code
  }

  /// Whether the file is not there (or a folder stands in its place).
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR || code == EISDIR }

  /// The system's words for the error.
  package var reason: String {
    code == 0 ? operation : "cannot \(operation): \(String(cString: strerror(code)))"
  }

  package var description: String { "\(path): \(reason)" }
}
