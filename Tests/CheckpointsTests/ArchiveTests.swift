import Checkpoints
import Foundation
import Machine
import Tensor
import TestSupport
import Testing

@Suite("Archives are read with every size and offset checked")
struct ArchiveTests {
  /// A stored .npz with one array, as bytes that a test damages at known offsets.
  private static let archive: Result<[UInt8], any Error> = Result {
    // The first member of the fixture is `plain`, 2×3 of float32.
    Array(try Data(contentsOf: URL(filePath: Fixtures.path("stored.npz"))))
  }

  /// Returns the archive with bytes replaced in the central directory entry of its first member.
  private func edited(_ offset: Int, _ bytes: [UInt8]) throws -> [UInt8] {
    var archive = try Self.archive.get()
    let signature: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
    let start = try #require(archive.indices.first { archive[$0...].starts(with: signature) })
    archive.replaceSubrange((start + offset)..<(start + offset + bytes.count), with: bytes)
    return archive
  }

  @Test(
    "Each kind of inconsistent directory entry is refused",
    arguments: [
      (8, [1, 0], "encrypted"), (10, [12, 0], "method 12"), (24, [1, 2, 3, 4], "two sizes differ"),
      (20, [1, 2, 3, 4], "not inside the file"), (42, [0, 0, 0, 0x7F], "not inside the file"),
      (42, [0xFF, 0xFF, 0xFF, 0xFF], "zip64"), (28, [0xFF, 0xFF], "directory is damaged"),
      (0, [0], "directory is damaged"),
    ] as [(Int, [UInt8], String)])
  func listing(offset: Int, bytes: [UInt8], reason: String) throws {
    let fault = try openingFault(try edited(offset, bytes))
    #expect(fault.contains(reason), "\(fault)")
  }

  @Test("Members that share bytes are refused")
  func overlap() throws {
    // A thousand members that refer to the same stored block.
    let local = Self.header(0x0403_4B50, name: "a.npy", size: 4_000) + Array(repeating: 7, count: 4_000)
    let listings = (0..<1_000).flatMap { Self.header(0x0201_4B50, name: "\(10_000 + $0).npy", size: 4_000) }
    let end =
      littleEndian(UInt32(0x0605_4B50)) + [0, 0, 0, 0] + littleEndian(UInt16(1_000))
      + littleEndian(UInt16(1_000))
      + littleEndian(UInt32(listings.count)) + littleEndian(UInt32(local.count)) + [0, 0]
    #expect(try openingFault(local + listings + end).contains("overlap"))
  }

  /// Returns a local header or a central directory entry of a stored member at the start of the file.
  private static func header(_ signature: UInt32, name: String, size: UInt32) -> [UInt8] {
    let isListing = signature == 0x0201_4B50
    return littleEndian(signature) + (isListing ? [20, 0] : []) + [20, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      + [0, 0, 0, 0] + littleEndian(size) + littleEndian(size) + littleEndian(UInt16(name.utf8.count)) + [
        0, 0,
      ]
      + (isListing ? Array(repeating: 0, count: 14) : []) + Array(name.utf8)
  }

  @Test("The error about an archive without its end says that it is truncated")
  func truncated() throws {
    let archive = try Self.archive.get()
    #expect(try openingFault(archive.dropLast(1)).contains("cut off"))
    #expect(try openingFault(archive.prefix(100)).contains("cut off"))
  }

  @Test("An archive of other files is neither PyTorch's nor .npz")
  func foreign() throws {
    var archive = try Self.archive.get()
    for index in archive.indices where archive[index...].starts(with: ".npy".utf8) {
      archive.replaceSubrange(index..<(index + 4), with: ".txt".utf8)
    }
    #expect(try openingFault(archive).contains("neither PyTorch's nor .npz"))
  }

  @Test("Damage inside a deflated member is detected by its checksum")
  func checksum() throws {
    let folder = try TemporaryFolder()
    var archive = Array(try Data(contentsOf: URL(filePath: Fixtures.path("deflated.npz"))))
    let signature: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
    let start = try #require(archive.indices.first { archive[$0...].starts(with: signature) })
    archive[start + 16] ^= 1  // its CRC
    let checkpoint = try Checkpoint.open(try folder.write(archive, to: "file"))
    let first = try #require(checkpoint.names.first)
    let error = #expect(throws: Failure.self) { try checkpoint.tensor(named: first) }
    #expect(error?.reason.description.contains("checksum") == true)
    #expect(error?.reason.description.contains("'\(first)'") == true)
    #expect(try checkpoint.tensor(named: "half").elements == [1.5, -2.25])
  }
}
