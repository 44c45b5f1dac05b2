import Foundation
import Images
import Machine
import TestSupport
import Testing

@Suite("Decoding")
struct ImageDecoderTests {
  private static func fixture(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: ExpectedTable.fixtures.appending(path: "files/\(name)")))
  }

  private static func repairChecksums(_ png: inout [UInt8]) {
    var at = 8
    while at + 12 <= png.count {
      let length = png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= png.count - at - 12 else { return }
      let end = at + 8 + length
      var crc = ~UInt32(0)
      for byte in png[at + 4..<end] {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
      }
      for i in 0..<4 { png[end + i] = UInt8(truncatingIfNeeded: ~crc >> (24 - 8 * UInt32(i))) }
      at = end + 4
    }
  }

  private func refusal(of file: String) throws -> ImageError {
    let bytes = try Self.fixture(file)
    return try #require(#expect(throws: ImageError.self) { try ImageDecoder().decode(bytes) })
  }

  @Test("A missing file, a folder and a pipe are distinguished from damaged images")
  func unreadable() throws {
    let decoder = ImageDecoder()
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let absent = #expect(throws: ImageError.self) {
      try decoder.decode(contentsOf: folder.appending(path: "absent.jpg").path)
    }
    #expect(absent?.fault == .missing)
    let directory = #expect(throws: ImageError.self) { try decoder.decode(contentsOf: folder.path) }
    #expect(directory?.fault == .unreadable)
    let pipe = folder.appending(path: "pipe.jpg").path
    try #require(mkfifo(pipe, 0o600) == 0)
    let refused = #expect(throws: ImageError.self) { try decoder.decode(contentsOf: pipe) }
    #expect(refused?.fault == .unreadable)
    #expect(refused?.description == "\(pipe): this is not a regular file")
  }

  @Test(
    "An error states its reason",
    arguments: [
      ("truncated.jpg", "truncated"), ("truncated-progressive.jpg", "truncated"),
      ("truncated.png", "incomplete"),
      ("empty.png", "empty"), ("text.png", "neither a JPEG nor a PNG"),
      ("no-tables.jpg", "uantization table"),
      ("wrong-header-checksum.png", "IHDR has a wrong checksum"), ("no-data.png", "no image data"),
    ])
  func reasons(file: String, reason: String) throws {
    let error = try refusal(of: file)
    #expect(error.fault == .badData)
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test(
    "A small file that claims billions of pixels is refused by its header",
    arguments: ["bomb.jpg", "bomb.png"])
  func bombs(file: String) throws {
    let error = try refusal(of: file)
    #expect(error.fault == .tooLarge)
    #expect(error.reason.contains("\(ImageDecoder.maximumPixels)"))
  }

  @Test(
    "Every prefix of a file gives an error or an image, never a crash", arguments: ["2x3.jpg", "ycck.jpg"])
  func beginningsJPEG(file: String) throws {
    let bytes = try Self.fixture(file)
    let decoder = ImageDecoder()
    for count in 0..<bytes.count - 2 {
      #expect(throws: ImageError.self, "\(count) bytes") { try decoder.decode(Array(bytes[..<count])) }
    }
  }

  @Test("A progressive file with endlessly repeated scans is refused")
  func scans() throws {
    let bytes = try Self.fixture("progressive-gray.jpg")
    func marker(from start: Int, _ isMarker: (UInt8) -> Bool) -> Int? {
      (start..<bytes.count - 1).first { bytes[$0] == 0xFF && isMarker(bytes[$0 + 1]) }
    }
    let start = try #require(marker(from: 2) { $0 == 0xDA })
    let end = try #require(marker(from: start + 2) { $0 != 0 && !(0xD0...0xD7).contains($0) })
    func repeated(_ times: Int) -> [UInt8] {
      bytes[..<start] + (0..<times).flatMap { _ in bytes[start..<end] } + bytes[end...]
    }
    let decoder = ImageDecoder()
    try expectEqual(decoder.decode(repeated(500)).rgb, decoder.decode(bytes).rgb)
    let error = #expect(throws: ImageError.self) { try decoder.decode(repeated(1001)) }
    #expect(error?.reason.contains("more than 1000 scans") == true)
  }

  @Test("An image keeps its pixels when its decoder decodes another")
  func lifetime() throws {
    let decoder = ImageDecoder()
    let first = try decoder.decode(Self.fixture("baseline-444.jpg"))
    let pixels = first.rgb
    let second = try decoder.decode(Self.fixture("gray.jpg"))
    expectEqual(first.rgb, pixels)
    #expect(second.height == 167)
  }

  @Test("A file without tables is an error, also after a file with tables")
  func tables() throws {
    let decoder = ImageDecoder()
    _ = try decoder.decode(Self.fixture("baseline-420.jpg"))
    #expect(throws: ImageError.self) { try decoder.decode(Self.fixture("no-tables.jpg")) }
  }

  @Test("A decoder can be used after an error")
  func recovery() throws {
    let decoder = ImageDecoder()
    for (good, bad) in [
      ("progressive.jpg", "truncated-progressive.jpg"), ("rgb-8-interlaced.png", "damaged-data.png"),
    ] {
      let expected = try decoder.decode(Self.fixture(good)).rgb
      #expect(throws: ImageError.self) { try decoder.decode(Self.fixture(bad)) }
      try expectEqual(decoder.decode(Self.fixture(good)).rgb, expected)
    }
  }

  @Test(
    "Mutated files give errors or images of bounded size, never a crash",
    arguments: [
      "baseline-420.jpg", "progressive-gray.jpg", "restart.jpg", "cmyk.jpg", "rgb-8.png",
      "rgba-16-interlaced.png",
      "palette-4-interlaced.png", "gray-16-dark.png",
    ])
  func mutations(file: String) throws {
    let original = try Self.fixture(file)
    let decoder = ImageDecoder()
    var generator = SplitMix(seed: 1)
    var refused = 0
    for round in 0..<400 {
      var bytes = original
      // The first bytes matter most, so half of the rounds change only those.
      let reach = round % 2 == 0 ? bytes.count : min(bytes.count, 300)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let at = Int.random(in: 0..<reach, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[at] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes[at] = Bool.random(using: &generator) ? 0 : 255
        default: bytes.removeSubrange(at..<min(at + Int.random(in: 1...9, using: &generator), bytes.count))
        }
        if bytes.count < reach { break }
      }
      // Half of the PNG files get correct checksums, so that the mutations pass that check.
      if file.hasSuffix(".png") && round % 4 < 2 { Self.repairChecksums(&bytes) }
      do throws(ImageError) {
        let image = try decoder.decode(bytes)
        #expect(image.width * image.height <= ImageDecoder.maximumPixels)
      } catch {
        #expect(error.fault == .badData || error.fault == .tooLarge, "\(error)")
        refused += 1
      }
    }
    #expect(refused > 0 && refused < 400)
  }
}

extension ImageDecoder {
  fileprivate func decode(_ bytes: [UInt8]) throws(ImageError) -> RGBImage {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(ImageError) in try decode(buffer, name: "bytes") }
    }
    return try result.get()
  }
}
