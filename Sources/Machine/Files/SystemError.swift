private import SystemPackage

/// The error of a failed system call.
package struct SystemError: Error, Hashable, CustomStringConvertible {
  /// The `errno` of the call; 0 for a write that wrote nothing, which has no `errno`.
  package let code: Int32

  package init(code: Int32) { self.code = code }

  /// The system's message for the error.
  package var description: String { code == 0 ? "nothing was written" : Errno(rawValue: code).description }
}
