import Foundation
import Machine
import Tensor
import TestSupport
import Testing

@Suite("Memory-mapped files and atomic files")
struct FileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func bytes(of name: String) throws -> [UInt8] {
    try MappedFile(folder(name)).region.withUnsafeBytes { Array($0) }
  }

  @Test("A region allows reads inside its bounds only")
  func bounds() {
    let region = ByteRegion(copying: [1, 2, 3, 4, 5, 6, 7, 8, 9] as [UInt8])
    #expect(region[0] == 1 && region[8] == 9 && region[9] == nil && region[-1] == nil)
    #expect(region.integer(at: 1, as: UInt64.self) == 0x0908_0706_0504_0302)
    #expect(region.integer(at: 2, as: UInt64.self) == nil)
    #expect(region.integer(at: -1, as: UInt8.self) == nil)
    #expect(region.integer(at: .max, as: UInt16.self) == nil)
    #expect(region.slice(at: 4, count: 5)?[4] == 9)
    #expect(region.slice(at: 9, count: 0)?.count == 0)
    for (offset, count) in [(4, 6), (10, 0), (-1, 2), (0, -1), (.max, .max), (1, .max)] {
      #expect(region.slice(at: offset, count: count) == nil)
    }
    #expect(region.firstIndex(of: 5, from: 0, limit: 5) == 4)
    #expect(region.firstIndex(of: 5, from: 0, limit: 4) == nil)
    #expect(region.matches([8, 9], at: 7) && !region.matches([8, 9, 10], at: 7))
  }

  @Test("A mapping has the bytes of the file, also for an empty file")
  func mapping() throws {
    _ = try folder.write([1, 2, 3], to: "three")
    _ = try folder.write([], to: "none")
    #expect(try bytes(of: "three") == [1, 2, 3])
    #expect(try MappedFile(folder("none")).region.count == 0)
    #expect(throws: Failure.self) { try MappedFile(folder("absent")) }
    #expect(throws: Failure.self) { try MappedFile(folder.path) }
  }

  @Test("A file has its name only once it is committed")
  func atomicity() throws {
    _ = try folder.write([9], to: "file")
    do {
      let file = try AtomicFile(folder("file"))
      try file.append([1, 2])
      #expect(try bytes(of: "file") == [9])
      // Not committed.
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    let file = try AtomicFile(folder("file"))
    try file.append([1, 2])
    try file.append([3])
    try file.commit()
    #expect(try bytes(of: "file") == [1, 2, 3])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    #expect(throws: Failure.self) { try AtomicFile(folder("absent/file")) }
  }

  @Test("Shapes with too many elements to count are errors")
  func counts() {
    #expect(Shape.checkedCount(of: []) == 1)
    #expect(Shape.checkedCount(of: [2, 3]) == 6)
    #expect(Shape.checkedCount(of: [0, 5]) == 0)
    #expect(Shape.checkedCount(of: [-1]) == nil)
    #expect(Shape.checkedCount(of: [.max, 2]) == nil)
    #expect(Shape.checkedCount(of: [.max, 2, 0]) == nil)
  }
}
