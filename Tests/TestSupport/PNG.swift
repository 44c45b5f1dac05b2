/// Makes PNG files without a library: 8-bit RGB, deflate blocks stored as they are.
public enum PNG {
  /// An image of smooth colours and noise that a seed decides.
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

  /// The file of an image, rows of red, green, blue.
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
}
