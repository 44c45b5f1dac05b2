package import Machine
package import Tensor

/// Writes a `.npz` archive piece by piece: a zip file of `.npy` arrays, stored as they are, so that they can be mapped. The
/// bytes depend on nothing but names and numbers.
package final class NPZFile {
  private let file: AtomicFile
  /// What is not in the file yet: an array of a few numbers is no reason for a write.
  private var buffer: [UInt8] = []
  /// The bytes in the file.
  private var written = 0
  private var count: Int { written + buffer.count }
  /// What the file ends with: where each array is.
  private var directory: [UInt8] = []
  private var entries = 0

  /// Starts the file beside its final place.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  package init(_ path: String) throws(Failure) {
    file = try AtomicFile(path)
  }

  /// Adds an array.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  /// - Precondition: There are as many numbers as the shape says, and the file stays below 4 GB.
  package func add<Element: BitwiseCopyable>(
    _ name: String, _ elements: [Element], as elementType: ElementType, shape: Shape
  ) throws(Failure) {
    try add(name, as: elementType, shape: shape) { (append) throws(Failure) in try append(elements) }
  }

  /// Adds an array whose numbers come in pieces, one after the other.
  ///
  /// - Throws: What `body` throws, and ``Failure`` of kind `writeFailed`.
  /// - Precondition: As ``add(_:_:as:shape:)``.
  package func add<Element: BitwiseCopyable>(
    _ name: String, as elementType: ElementType, shape: Shape,
    pieces body: (_ append: ([Element]) throws(Failure) -> Void) throws(Failure) -> Void
  ) throws(Failure) {
    let header = NPYHeader(elementType: elementType, shape: shape).encoded
    let file = Array("\(name).npy".utf8)
    // The numbers begin at a multiple of 64: an extra field of a kind nobody knows fills up to there.
    let padding = (64 - (count + 30 + file.count + 4) % 64) % 64
    let extra =
      littleEndian(UInt16(0x4450)) + littleEndian(UInt16(padding)) + Array(repeating: 0, count: padding)
    let size = header.count + shape.count * MemoryLayout<Element>.stride
    // Behind versions, method and the earliest date there is: checksum, sizes, the name's length.
    func common(_ checksum: UInt32) -> [UInt8] {
      littleEndian(UInt16(20)) + littleEndian(UInt16(0x0800)) + littleEndian(UInt16(0))
        + littleEndian(UInt16(0)) + littleEndian(UInt16(0x21)) + littleEndian(checksum)
        + littleEndian(UInt32(size)) + littleEndian(UInt32(size)) + littleEndian(UInt16(file.count))
    }
    func local(_ checksum: UInt32) -> [UInt8] {
      littleEndian(UInt32(0x0403_4B50)) + common(checksum) + littleEndian(UInt16(extra.count)) + file + extra
    }

    // The checksum comes before what it is of, and is known after it.
    let start = count
    try append(local(0) + header)
    var checksum = header.withUnsafeBytes { CRC32.of($0) }
    let numbers = count
    try body { (piece) throws(Failure) in
      checksum = piece.withUnsafeBytes { CRC32.of($0, after: checksum) }
      try append(piece)
    }
    precondition(count - numbers + header.count == size, "\(count - numbers) bytes of numbers for \(shape)")
    try replace(at: start, with: local(checksum))
    directory += littleEndian(UInt32(0x0201_4B50)) + littleEndian(UInt16(20)) + common(checksum)
    directory += littleEndian(UInt16(0)) + Array(repeating: 0, count: 10) + littleEndian(UInt32(start)) + file
    entries += 1
  }

  /// Gives the archive its name; whoever reads it finds the old one or this one, whole.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`; the old one then stays.
  package func commit() throws(Failure) {
    let end =
      littleEndian(UInt32(0x0605_4B50)) + littleEndian(UInt32(0)) + littleEndian(UInt16(entries))
      + littleEndian(UInt16(entries)) + littleEndian(UInt32(directory.count)) + littleEndian(UInt32(count))
      + littleEndian(UInt16(0))
    try append(directory + end)
    try flush()
    try file.commit()
  }

  private func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(Failure) {
    elements.withUnsafeBytes { buffer.append(contentsOf: $0) }
    if buffer.count >= 1 << 18 { try flush() }
  }

  private func flush() throws(Failure) {
    try file.append(buffer)
    written += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  private func replace(at offset: Int, with bytes: [UInt8]) throws(Failure) {
    if offset >= written {
      buffer.replaceSubrange(offset - written..<offset - written + bytes.count, with: bytes)
    } else {
      try flush()
      try file.replace(at: offset, with: bytes)
    }
  }
}

private func littleEndian<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
