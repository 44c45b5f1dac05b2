import Tensor

/// One layer of a dump.
public struct RecordedLayer: Sendable {
  /// How its values are kept.
  public enum Storage: Sendable, Hashable {
    /// Every value, images × units.
    case matrix
  }

  /// PyTorch's name.
  public let name: String
  /// The study's name.
  public let studyName: String
  /// The unit of each column.
  public let units: [Int]
  /// The rows: images, the skipped ones included.
  public let rows: Int
  /// How its values are kept.
  public let storage: Storage
  /// What a value is: `mean`, `max`, `token0`.
  public let reduction: String

  let file: String
  private let shape: [Int]

  init(_ array: Manifest.Array, of manifest: Manifest, in folder: String, rows: Int) throws(RecordingError) {
    guard let name = array.name, array.shape.count >= 2, array.shape.allSatisfy({ $0 >= 0 }) else {
      throw RecordingError(.badData, "\(folder)/manifest.json does not say what \(array.file) holds")
    }
    self.name = name
    studyName = array.studyName ?? name
    (self.rows, reduction) = (rows, manifest.reduce)
    (file, shape, storage) = ("\(folder)/\(array.file)", array.shape, .matrix)
    units = array.units ?? Array(0..<array.shape[1])
    guard array.shape[0] == rows,
      array.units.map({ $0.count == array.shape[1] || array.shape.count > 2 }) ?? true
    else {
      throw RecordingError(.badData, "\(folder)/manifest.json contradicts itself about \(array.file)")
    }
  }

  /// The column of a unit, `nil` when it was not recorded.
  public func column(ofUnit channel: Int) -> Int? {
    units.indices.contains(channel) && units[channel] == channel ? channel : units.firstIndex(of: channel)
  }

  /// Calls `body` with each of some columns: the value of one unit for every row, NaN in the rows of skipped images.
  ///
  /// The file has one image's values together, so columns are read side by side, as many at a time as fit `memory` bytes;
  /// ask for many at once.
  ///
  /// - Throws: ``RecordingError`` when the file cannot be read, is not what the manifest says or holds more than a value a
  ///   unit; and what `body` throws.
  /// - Precondition: The columns are among those of ``units``.
  public func forEachColumn(
    in columns: Range<Int>, memory: Int = 256 << 20,
    _ body: (_ column: Int, _ values: UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    precondition(columns.isEmpty || units.indices.contains(columns.upperBound - 1), "no column \(columns)")
    let matrix = try matrix()
    let width = max(min(memory / (MemoryLayout<Float>.size * max(rows, 1)), columns.count), 1)
    let block = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(width * rows, 1))
    defer { block.deallocate() }
    for first in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
      let some = first..<min(first + width, columns.upperBound)
      matrix.transpose(some, rows: rows, into: block)
      for column in some {
        let start = (column - first) * rows
        try body(column, UnsafeBufferPointer(rebasing: block[start..<start + rows]))
      }
    }
  }

  /// The values of one unit for every row.
  ///
  /// - Throws: As ``forEachColumn(in:memory:_:)``.
  public func values(ofColumn column: Int) throws -> [Float] {
    var found: [Float] = []
    try forEachColumn(in: column..<column + 1) { found = Array($1) }
    return found
  }

  private func matrix() throws(RecordingError) -> RecordedMatrix {
    guard shape.count == 2 else {
      throw RecordingError(
        .badData,
        "\(file) holds every position (--reduce none), not a value for each unit and image; record with --reduce mean"
      )
    }
    return try RecordedMatrix(file, shape: shape)
  }
}

/// An array of a dump, mapped.
struct RecordedMatrix {
  private let region: ByteRegion
  private let rowLength: Int

  /// Maps a file, which has to hold little-endian float32 of this shape.
  ///
  /// - Throws: ``RecordingError``, `inputMissing` or `badData`.
  init(_ path: String, shape: [Int]) throws(RecordingError) {
    let file: MappedFile
    do { file = try MappedFile(path) } catch { throw RecordingError(.inputMissing, "\(error)") }
    let (header, start): (NPYHeader, Int)
    do { (header, start) = try NPYHeader.parse(file.region) } catch {
      throw RecordingError(.badData, "\(path): \(error)")
    }
    let (count, overflow) = shape[0].multipliedReportingOverflow(by: shape[1])
    guard header.shape.extents == shape, header.elementType == .float32, !header.isBigEndian,
      !header.isFortranOrder, !overflow, count <= Int.max / 8,
      let region = file.region.slice(at: start, count: count * MemoryLayout<Float>.size),
      start + region.count == file.count
    else {
      throw RecordingError(
        .badData, "\(path) is not the array that the manifest describes; see 'activation-dump check'")
    }
    (self.region, rowLength) = (region, shape[1])
  }

  /// Copies some columns: block[column][row].
  func transpose(_ columns: Range<Int>, rows: Int, into block: UnsafeMutableBufferPointer<Float>) {
    region.withUnsafeBytes { bytes in
      for row in 0..<rows {
        var offset = (row * rowLength + columns.lowerBound) * MemoryLayout<Float>.size
        var place = row
        for _ in columns {
          block[place] = bytes.loadUnaligned(fromByteOffset: offset, as: Float.self)
          offset += MemoryLayout<Float>.size
          place += rows
        }
      }
    }
  }
}
