/// Makes PNG files without a library: 8-bit RGB, deflate blocks stored as they are.
public enum PNG {
  /// Returns an image of smooth colours and noise that a seed determines.
  public static func photograph(width: Int, height: Int, seed: UInt64) -> [UInt8] {
    var noise = SplitMix(seed: seed)
    let waves = (0..<9).map { _ in noise.nextUnit() }
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 {
          let slope =
            waves[channel] * Double(x) / Double(width) + waves[channel + 3] * Double(y) / Double(height)
          pixels.append(UInt8(min(255, 96 * slope + 48 * waves[channel + 6] + 32 * noise.nextUnit())))
        }
      }
    }
    return encode(width: width, height: height, pixels)
  }

  /// Returns the file of an image, given rows of red, green, blue.
  public static func encode(width: Int, height: Int, _ pixels: [UInt8]) -> [UInt8] {
    precondition(pixels.count == 3 * width * height, "\(pixels.count) bytes for \(width)×\(height)")
    var rows: [UInt8] = []
    for y in 0..<height { rows += [0] + pixels[3 * width * y..<3 * width * (y + 1)] }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 2, 0, 0, 0])
      + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
  }

  private static func zlib(_ data: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let count = min(data.count - start, 65535)
      let length = UInt16(count)
      stream.append(start + count == data.count ? 1 : 0)
      for value in [length, ~length] { stream += [UInt8(value & 255), UInt8(value >> 8)] }
      stream += data[start..<start + count]
      start += count
    } while start < data.count
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in data { (a, b) = ((a + UInt32(byte)) % 65521, (a + UInt32(byte) + b) % 65521) }
    return stream + bigEndian(b << 16 | a)
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return ~crc
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  /// Returns a small file of a large, uniformly gray image. With fewer `rows` than `height`, the file is
  /// truncated.
  public static func gray(width: Int, height: Int, value: UInt8, rows: Int? = nil) -> [UInt8] {
    var stream = FlatDeflate()
    for row in 0..<(rows ?? height) {
      // The first row is stored as differences from the left, the others as differences from above, so nearly
      // all bytes are zero.
      stream.append(row == 0 ? 1 : 2)
      stream.append(row == 0 ? value : 0)
      stream.append(zeros: width - 1)
    }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 0, 0, 0, 0])
      + chunk("IDAT", stream.finished()) + chunk("IEND", [])
  }

  /// A zlib stream with the fixed codes of RFC 1951: single bytes, and runs of zeros as copies of the
  /// preceding zero.
  private struct FlatDeflate {
    private var bytes: [UInt8] = [0x78, 0x01]
    private var bits: UInt64 = 0b011  // the last block, with the fixed code
    private var count = 3
    private var (a, b): (Int, Int) = (1, 0)

    mutating func append(_ byte: UInt8) {
      a = (a + Int(byte)) % 65521
      b = (b + a) % 65521
      code(byte)
    }

    mutating func append(zeros: Int) {
      guard zeros > 0 else { return }
      b = (b + zeros * a) % 65521
      code(0)
      var left = zeros - 1
      while left >= 258 {
        // Length 258 is symbol 285 (11000101); distance 1 is symbol 0 of five bits.
        put(0b1100_0101, 8)
        put(0, 5)
        left -= 258
      }
      for _ in 0..<left { code(0) }
    }

    mutating func finished() -> [UInt8] {
      put(0, 7)
      put(0, 7)  // pads the last byte
      let sum = UInt32(b) << 16 | UInt32(a)
      return bytes + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * UInt32($0))) }
    }

    private mutating func code(_ byte: UInt8) {
      if byte < 144 { put(0x30 + UInt64(byte), 8) } else { put(0x190 + UInt64(byte) - 144, 9) }
    }

    /// Appends a code, highest bit first.
    private mutating func put(_ code: UInt64, _ length: Int) {
      for bit in (0..<length).reversed() {
        bits |= (code >> UInt64(bit) & 1) << UInt64(count)
        count += 1
      }
      while count >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
        count -= 8
      }
    }
  }
}
