extension [UInt8] {
  /// Calls `body` with the bytes as a path for a system call. Bytes after a NUL are not part of the path.
  package func withPath<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
    // A pointer to CChar, the type of a C string. An array that is passed as a pointer has an address even if
    // it is empty.
    body((self + [0]).map { CChar(bitPattern: $0) })
  }
}
