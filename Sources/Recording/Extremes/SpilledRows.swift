import Machine

/// The activations that are in no snapshot yet: for each chunk of rows, layer by layer, rows × units.
struct SpilledRows: Sendable {
  private let file: ScratchFile
  /// The units of each layer.
  private let widths: [Int]

  /// The bytes of one row.
  var rowBytes: Int { widths.reduce(0, +) * MemoryLayout<Float>.size }

  /// Opens the file.
  ///
  /// - Throws: ``Failure`` of kind `cannotCreate`.
  init(_ path: String, widths: [Int], reading: Bool = false) throws(Failure) {
    file = try ScratchFile(path, reading: reading)
    self.widths = widths
  }

  /// Writes a chunk at a place, counted in rows; `values` are those of one layer.
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

  /// Lends a chunk as it was written, layer by layer; `nil` where the file ends before it does.
  func withChunk<R>(
    at place: Int, rows: Int,
    _ body: (_ bytes: UnsafeRawBufferPointer, _ values: (Int) -> UnsafeBufferPointer<Float>)
      throws(Failure) -> R
  ) throws(Failure) -> R? {
    let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(rows * widths.reduce(0, +), 1))
    defer { floats.deallocate() }
    let bytes = UnsafeMutableRawBufferPointer(
      rebasing: UnsafeMutableRawBufferPointer(floats)[..<(rows * rowBytes)])
    guard file.read(bytes, at: place * rowBytes) else { return nil }
    var starts = [0]
    for width in widths { starts.append(starts[starts.count - 1] + rows * width) }
    return try body(UnsafeRawBufferPointer(bytes)) { layer in
      UnsafeBufferPointer(rebasing: floats[starts[layer]..<starts[layer + 1]])
    }
  }

  /// Forces the file to the disk.
  ///
  /// - Throws: ``Failure`` of kind `writeFailed`.
  func synchronize() throws(Failure) { try file.synchronize() }
}
