import Checkpoints
import Foundation
import Tensor
import TestSupport
import Testing

@Suite("Archives are read with every size and offset checked")
struct ArchiveTests {
  /// A stored .npz of one array, as bytes to be damaged at known places.
  private static let archive: Result<[UInt8], any Error> = Result {
    // The first member of the fixture is `plain`, 2×3 of float32.
    Array(try Data(contentsOf: URL(filePath: Fixtures.path("stored.npz"))))
  }

  /// The archive with bytes replaced in the listing of its first member.
  private func edited(_ offset: Int, _ bytes: [UInt8]) throws -> [UInt8] {
    var archive = try Self.archive.get()
    let signature: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
    let start = try #require(archive.indices.first { archive[$0...].starts(with: signature) })
    archive.replaceSubrange((start + offset)..<(start + offset + bytes.count), with: bytes)
    return archive
  }

  @Test(
    "Each way a listing can lie",
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

  @Test("An archive without its end says it is cut off")
  func truncated() throws {
    let archive = try Self.archive.get()
    #expect(try openingFault(archive.dropLast(1)).contains("cut off"))
    #expect(try openingFault(archive.prefix(100)).contains("cut off"))
  }

  @Test("An archive of other things is neither PyTorch's nor .npz")
  func foreign() throws {
    var archive = try Self.archive.get()
    for index in archive.indices where archive[index...].starts(with: ".npy".utf8) {
      archive.replaceSubrange(index..<(index + 4), with: ".txt".utf8)
    }
    #expect(try openingFault(archive).contains("neither PyTorch's nor .npz"))
  }

  @Test("Damage inside a deflated member is told by its checksum")
  func checksum() throws {
    let folder = try TemporaryFolder()
    var archive = Array(try Data(contentsOf: URL(filePath: Fixtures.path("deflated.npz"))))
    let signature: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
    let start = try #require(archive.indices.first { archive[$0...].starts(with: signature) })
    archive[start + 16] ^= 1  // its CRC
    let checkpoint = try Checkpoint.open(try folder.write(archive, to: "file"))
    let first = try #require(checkpoint.names.first)
    let error = #expect(throws: CheckpointError.self) { try checkpoint.tensor(named: first) }
    #expect(error?.reason.contains("checksum") == true)
    #expect(error?.reason.contains("'\(first)'") == true)
    #expect(try checkpoint.tensor(named: "half").elements == [1.5, -2.25])
  }
}
