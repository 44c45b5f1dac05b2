import Checkpoints
package import Tensor

/// Writes `.npz` archives: zip files of `.npy` arrays, stored as they are, so that they can be mapped. The bytes depend on
/// nothing but names and numbers.
package struct NPZFile {
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var entries = 0

  /// An archive of no arrays, with room for so many bytes.
  package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Adds an array.
  ///
  /// - Precondition: There are as many numbers as the shape says, and the file stays below 4 GB.
  package mutating func add<Element: BitwiseCopyable>(
    _ name: String, _ elements: [Element], as elementType: ElementType, shape: Shape
  ) {
    precondition(elements.count == shape.count, "\(elements.count) numbers for \(shape)")
    let header = NPYHeader(elementType: elementType, shape: shape).encoded
    let file = Array("\(name).npy".utf8)
    // The numbers begin at a multiple of 64: an extra field of a kind nobody knows fills up to there.
    let padding = (64 - (bytes.count + 30 + file.count + 4) % 64) % 64
    let extra =
      littleEndian(UInt16(0x4450)) + littleEndian(UInt16(padding)) + Array(repeating: 0, count: padding)
    let start = bytes.count
    let local = 30 + file.count + extra.count
    bytes.append(contentsOf: repeatElement(0, count: local))
    bytes.append(contentsOf: header)
    elements.withUnsafeBytes { bytes.append(contentsOf: $0) }
    let data = bytes.count - start - local
    let checksum = bytes.withUnsafeBytes {
      CRC32.of(UnsafeRawBufferPointer(rebasing: $0[(start + local)...]))
    }
    // Versions, method and the earliest date there is, then checksum and sizes.
    let common =
      littleEndian(UInt16(20)) + littleEndian(UInt16(0x0800)) + littleEndian(UInt16(0))
      + littleEndian(UInt16(0))
      + littleEndian(UInt16(0x21)) + littleEndian(checksum) + littleEndian(UInt32(data))
      + littleEndian(UInt32(data)) + littleEndian(UInt16(file.count))
    directory += littleEndian(UInt32(0x0201_4B50)) + littleEndian(UInt16(20)) + common
    directory += littleEndian(UInt16(0)) + Array(repeating: 0, count: 10) + littleEndian(UInt32(start)) + file
    let head = littleEndian(UInt32(0x0403_4B50)) + common + littleEndian(UInt16(extra.count)) + file + extra
    bytes.replaceSubrange(start..<start + local, with: head)
    entries += 1
  }

  /// Writes the archive; whoever reads it finds the old one or this one, whole.
  ///
  /// - Throws: ``RecordingError``, `cannotCreate` or `writeFailed`.
  package func write(to path: String) throws(RecordingError) {
    let end =
      littleEndian(UInt32(0x0605_4B50)) + littleEndian(UInt32(0)) + littleEndian(UInt16(entries))
      + littleEndian(UInt16(entries)) + littleEndian(UInt32(directory.count))
      + littleEndian(UInt32(bytes.count))
      + littleEndian(UInt16(0))
    let file = try TextFile(path)
    try file.append(bytes)
    try file.append(directory + end)
    try file.commit()
  }
}

private func littleEndian<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
