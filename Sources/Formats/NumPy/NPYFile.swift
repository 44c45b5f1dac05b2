package import Machine
package import Tensor

/// Reads `.npy` files of floating-point numbers into memory.
package enum NPYFile {
  /// Reads an array of little-endian float32 or float64 in C order.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` or `badData`.
  package static func read(_ path: String) throws(Failure) -> Tensor {
    let file = try MappedFile(path)
    let (header, start): (NPYHeader, Int)
    do { (header, start) = try NPYHeader.parse(file.region) } catch {
      throw Failure(error, in: path)
    }
    let wide = header.elementType == .float64
    guard wide || header.elementType == .float32, !header.isBigEndian, !header.isFortranOrder else {
      throw Failure(
        .badData, "\(path) has to hold little-endian float32 or float64 in C order",
        remedy: "save it so with NumPy")
    }
    let count = header.shape.count
    let (size, overflow) = count.multipliedReportingOverflow(by: header.elementType.byteCount)
    guard !overflow, file.count - start == size else {
      throw Failure(
        .badData,
        "\(path) has \(file.count - start) bytes of numbers where \(header.shape) of them are announced")
    }
    return file.region.withUnsafeBytes { bytes in
      Tensor(shape: header.shape) { elements in
        for index in 0..<count {
          elements[index] =
            wide
            ? Float(bytes.loadUnaligned(fromByteOffset: start + 8 * index, as: Double.self))
            : bytes.loadUnaligned(fromByteOffset: start + 4 * index, as: Float.self)
        }
      }
    }
  }
}
