private import SystemPackage

/// Why a call of the system failed.
package struct SystemError: Error, Hashable, CustomStringConvertible {
  /// The system's number of the error; 0 for a write that wrote nothing, for which there is none.
  package let code: Int32

  package init(code: Int32) { self.code = code }

  /// The system's words for the error.
  package var description: String { code == 0 ? "nothing was written" : Errno(rawValue: code).description }
}
