extension [UInt8] {
  /// Lends the bytes as a path for the system's calls; what is behind a NUL is not part of it.
  package func withPath<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
    // Characters, to a C string: an array passed as a pointer has an address even when it is empty.
    body((self + [0]).map { CChar(bitPattern: $0) })
  }
}
