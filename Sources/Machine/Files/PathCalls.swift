package import Glibc

// The system calls on paths, for paths that are text and can encode any byte (see PathText). Names and
// results are those of the C functions. Overload resolution prefers these functions for a String: the C
// functions would name another file.

/// As `stat` in C.
package func stat(_ path: String, _ status: UnsafeMutablePointer<stat>) -> Int32 {
  PathText.withBytes(of: path) { stat($0, status) }
}

/// As `lstat` in C.
package func lstat(_ path: String, _ status: UnsafeMutablePointer<stat>) -> Int32 {
  PathText.withBytes(of: path) { lstat($0, status) }
}

/// As `statvfs` in C.
package func statvfs(_ path: String, _ status: UnsafeMutablePointer<statvfs>) -> Int32 {
  PathText.withBytes(of: path) { statvfs($0, status) }
}

/// As `mkdir` in C.
package func mkdir(_ path: String, _ mode: mode_t) -> Int32 {
  PathText.withBytes(of: path) { mkdir($0, mode) }
}

/// As `unlink` in C.
@discardableResult
package func unlink(_ path: String) -> Int32 { PathText.withBytes(of: path) { unlink($0) } }

/// As `rmdir` in C.
@discardableResult
package func rmdir(_ path: String) -> Int32 { PathText.withBytes(of: path) { rmdir($0) } }

/// As `rename` in C.
package func rename(_ path: String, _ other: String) -> Int32 {
  PathText.withBytes(of: path) { path in PathText.withBytes(of: other) { rename(path, $0) } }
}

/// As `linkat` in C.
package func linkat(
  _ folder: Int32, _ path: String, _ otherFolder: Int32, _ other: String, _ flags: Int32
) -> Int32 {
  PathText.withBytes(of: path) { path in
    PathText.withBytes(of: other) { linkat(folder, path, otherFolder, $0, flags) }
  }
}

/// As `link` in C.
package func link(_ path: String, _ other: String) -> Int32 { linkat(AT_FDCWD, path, AT_FDCWD, other, 0) }
