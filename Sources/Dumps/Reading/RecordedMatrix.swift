import Formats
import Machine
import Tensor

/// The memory-mapped matrix of a layer.
struct RecordedMatrix {
  private let region: ByteRegion
  private let format: ArrayFormat
  private let rows: Int, units: Int

  /// Memory-maps a file, which must match the manifest.
  ///
  /// - Throws: ``Failure``, `inputMissing` or `badData`.
  init(_ path: String, _ array: Manifest.Array) throws(Failure) {
    let file = try MappedFile(path)
    let (header, start): (NPYHeader, Int)
    do { (header, start) = try NPYHeader.parse(file.region) } catch { throw Failure(error, in: path) }
    (rows, units) = (array.images, array.rowShape[0])
    let (count, overflow) = rows.multipliedReportingOverflow(by: units)
    guard let format = ArrayFormat(array),
      header == NPYHeader(elementType: format.elementType, shape: Shape(array.shape)), !overflow,
      count <= Int.max / 8,
      let region = file.region.slice(at: start, count: count * format.elementType.byteCount),
      start + region.count == file.count
    else {
      throw Failure(
        .badData, "\(path) is not the array that the manifest describes", remedy: "see '\(calling: .check)'")
    }
    (self.region, self.format) = (region, format)
  }

  /// Copies some columns to block[column][row].
  func transpose(_ columns: Range<Int>, into block: UnsafeMutableBufferPointer<Float>) {
    switch format.type {
    case .float32: copy(columns, into: block) { (bits: UInt32) in Float(bitPattern: bits) }
    case .float16: copy(columns, into: block) { (bits: UInt16) in Half.float(bits) }
    }
  }

  @inline(__always)
  private func copy<Bits: FixedWidthInteger>(
    _ columns: Range<Int>, into block: UnsafeMutableBufferPointer<Float>, _ value: (Bits) -> Float
  ) {
    region.withUnsafeBytes { bytes in
      func number(_ index: Int) -> Float {
        value(
          Bits(
            littleEndian: bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self))
        )
      }
      if format.isUnitMajor {
        let first = columns.lowerBound * rows
        for index in 0..<columns.count * rows { block[index] = number(first + index) }
        return
      }
      // Each tile is a few cache lines wide and high: the file is read along rows, the block is written along
      // columns.
      for firstRow in stride(from: 0, to: rows, by: 64) {
        let someRows = firstRow..<min(firstRow + 64, rows)
        for first in stride(from: columns.lowerBound, to: columns.upperBound, by: 16) {
          let someColumns = first..<min(first + 16, columns.upperBound)
          for row in someRows {
            for column in someColumns {
              block[(column - columns.lowerBound) * rows + row] = number(row * units + column)
            }
          }
        }
      }
    }
  }
}
