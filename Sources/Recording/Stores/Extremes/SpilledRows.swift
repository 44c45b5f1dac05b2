import Machine

/// The file of the activations that are in no snapshot yet: for each chunk of rows, layer by layer, rows ×
/// units.
struct SpilledRows: Sendable {
  private let file: ScratchFile
  /// The number of units of each layer.
  private let widths: [Int]

  /// The size of one row, in bytes.
  var rowBytes: Int { widths.reduce(0, +) * MemoryLayout<Float>.size }

  /// Opens the file.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  init(_ path: String, widths: [Int], reading: Bool = false) throws(Failure) {
    file = try ScratchFile(path, reading: reading)
    self.widths = widths
  }

  /// Writes a chunk at an offset, counted in rows; `values` returns the activations of one layer.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  func write(at place: Int, _ values: (Int) -> UnsafeBufferPointer<Float>) throws(Failure) {
    var offset = place * rowBytes
    for layer in widths.indices {
      let bytes = UnsafeRawBufferPointer(values(layer))
      try file.write(bytes, at: offset)
      offset += bytes.count
    }
  }

  /// Reads a chunk; `nil` when the file ends before the chunk does.
  func chunk(at place: Int, rows: Int) -> SpilledChunk? {
    let chunk = SpilledChunk(widths: widths, rows: rows)
    return file.read(chunk.bytes, at: place * rowBytes) ? chunk : nil
  }

  /// Forces the file to the disk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  func synchronize() throws(Failure) { try file.synchronize() }
}

/// The activations of a chunk of rows, layer by layer, rows × units.
final class SpilledChunk {
  private let floats: UnsafeMutableBufferPointer<Float>
  private var starts = [0]

  /// Allocates memory for a chunk.
  init(widths: [Int], rows: Int) {
    for width in widths { starts.append(starts[starts.count - 1] + rows * width) }
    floats = .allocate(capacity: max(starts[starts.count - 1], 1))
  }

  deinit { floats.deallocate() }

  var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: floats[..<starts[starts.count - 1]]))
  }

  /// Returns the activations of one layer.
  func values(ofLayer layer: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: floats[starts[layer]..<starts[layer + 1]])
  }
}
