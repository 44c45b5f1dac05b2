package import Machine
package import Tensor

/// Writes an `.npz` archive piece by piece: a zip file of `.npy` arrays that can be memory-mapped.
package final class NPZFile {
  private let archive: ZipWriter

  /// Creates the temporary file beside the final path.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package init(_ path: String) throws(Failure) { archive = try ZipWriter(path) }

  /// Adds an array.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  /// - Precondition: The number of elements is that of the shape, and the file stays below 4 GB.
  package func add<Element: BitwiseCopyable>(
    _ name: String, _ elements: [Element], as elementType: ElementType, shape: Shape
  ) throws(Failure) {
    try add(name, as: elementType, shape: shape) { (append) throws(Failure) in try append(elements) }
  }

  /// Adds an array whose elements are written in consecutive pieces.
  ///
  /// - Throws: The error of `body`, and ``Failure`` of kind `writeFailed`.
  /// - Precondition: As ``add(_:_:as:shape:)``.
  package func add<Element: BitwiseCopyable>(
    _ name: String, as elementType: ElementType, shape: Shape,
    pieces body: (_ append: ([Element]) throws(Failure) -> Void) throws(Failure) -> Void
  ) throws(Failure) {
    let header = NPYHeader(elementType: elementType, shape: shape).encoded
    let size = header.count + shape.count * MemoryLayout<Element>.stride
    try archive.add("\(name).npy", size: size) { () throws(Failure) in
      try archive.append(header)
      try body { (piece) throws(Failure) in try archive.append(piece) }
    }
  }

  /// Renames the archive to its final name. A reader finds either the old archive or this one, complete.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`; the old archive then stays.
  package func commit() throws(Failure) { try archive.commit() }
}
