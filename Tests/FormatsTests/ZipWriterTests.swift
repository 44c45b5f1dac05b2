import Formats
import Foundation
import Machine
import TestSupport
import Testing

@Suite("Writing zip archives")
struct ZipWriterTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The checksums are from Python's `zlib.crc32`.
  private static let members: [(name: String, pieces: [[UInt8]], crc32: UInt32)] = [
    ("none", [], 0),
    ("a.npy", [Array("1234".utf8), [], Array("56789".utf8)], 0xCBF4_3926),
    // The content exceeds the write buffer, so its header is already in the file when the checksum is filled
    // in.
    ("größer", Array(repeating: [UInt8](repeating: 0, count: 100_000), count: 10), 0x1279_CB9E),
    ("last", [[1]], 0xA505_DF1B),
  ]

  @Test("Members are stored whole, aligned, and found under their names")
  func members() throws {
    let path = folder("a.zip")
    let writer = try ZipWriter(path)
    for member in Self.members {
      let size = member.pieces.reduce(0) { $0 + $1.count }
      try writer.add(member.name, size: size) { () throws(Failure) in
        for piece in member.pieces { try writer.append(piece) }
      }
    }
    #expect(!FileManager.default.fileExists(atPath: path))
    try writer.commit()
    let file = try MappedFile(path).region
    let archive = try ZipArchive(file)
    #expect(archive.entries.map(\.name) == Self.members.map(\.name))
    let start = file.withUnsafeBytes { $0.baseAddress }
    for member in Self.members {
      let entry = try #require(archive[member.name])
      #expect(entry.isStored)
      try entry.content().withUnsafeBytes { bytes in
        #expect(bytes.elementsEqual(member.pieces.joined()))
        if let start, let place = bytes.baseAddress, !bytes.isEmpty {
          #expect((place - start) % 64 == 0)
          #expect(CRC32.of(bytes) == member.crc32)
        }
      }
    }
    #expect(Self.checksums(in: file) == Self.members.map(\.crc32))
  }

  /// Returns the checksums in the local headers, in the order of the members.
  private static func checksums(in file: ByteRegion) -> [UInt32] {
    var found: [UInt32] = []
    var position = 0
    while file.integer(at: position, as: UInt32.self) == 0x0403_4B50,
      let checksum: UInt32 = file.integer(at: position + 14),
      let size: UInt32 = file.integer(at: position + 18),
      let name: UInt16 = file.integer(at: position + 26), let extra: UInt16 = file.integer(at: position + 28)
    {
      found.append(checksum)
      position += 30 + Int(name) + Int(extra) + Int(size)
    }
    return found
  }

  @Test("Without a commit no file appears, and an old file stays")
  func whole() throws {
    try folder.write("old".utf8, to: "a.zip")
    do {
      let writer = try ZipWriter(folder("a.zip"))
      try writer.add("a", size: 1) { () throws(Failure) in try writer.append([1] as [UInt8]) }
    }
    #expect(try folder.files(below: ".") == ["a.zip": Data("old".utf8)])
    #expect(throws: Failure.self) { try ZipWriter(folder("nowhere/a.zip")) }
  }
}
