import Foundation
import TestSupport
import Testing

@testable import Formats
@testable import Machine

/// The members of the fixture archives, as Python's tarfile reads them and as this reader does.
extension Archives {
  struct Member: Equatable {
    let name: [UInt8], offset: Int, size: Int
  }

  /// Returns the regular files in an archive, as Python reads them.
  static func expected(_ name: String) throws -> [Member] {
    let data = try Data(contentsOf: folder.appending(path: "expected.json"))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [[Any]]])
    return try #require(all[name]).map { fields in
      let hex = Array(try #require(fields[0] as? String).utf8)
      let bytes = stride(from: 0, to: hex.count, by: 2).compactMap {
        UInt8(String(decoding: hex[$0..<$0 + 2], as: UTF8.self), radix: 16)
      }
      return Member(
        name: bytes, offset: try #require(fields[1] as? Int), size: try #require(fields[2] as? Int))
    }
  }

  /// Returns all members of an archive in memory.
  static func members(_ bytes: [UInt8]) throws(Failure) -> [TarReader.Member] {
    var reader = TarReader(ByteSource(bytes, name: "x.tar"), 0..<bytes.count, name: "x.tar")
    var members: [TarReader.Member] = []
    while let member = try reader.next() { members.append(member) }
    return members
  }
}

struct TarReaderTests {
  private func refusal(of bytes: [UInt8]) throws -> String {
    let error = try #require(#expect(throws: Failure.self) { try Archives.members(bytes) })
    #expect(error.kind == .badData && error.message.contains("x.tar"))
    return error.message
  }

  @Test("names, offsets and sizes are those Python's tarfile finds", arguments: Archives.names)
  func formats(name: String) throws {
    let found = try Archives.members(try Archives.bytes(name)).filter { $0.kind == .file }
    // Python removes the slashes at the ends of names.
    let members = found.map {
      Archives.Member(name: $0.name, offset: $0.range.lowerBound, size: $0.range.count)
    }
    #expect(try members == Archives.expected(name))
    #expect(!members.isEmpty)
  }

  @Test("numbers are octal between spaces, or binary with the first bit set")
  func numbers() {
    func number(_ bytes: [UInt8]) -> Int? { TarHeader.number(bytes[...]) }
    #expect(number(Array("00000000017\0".utf8)) == 15 && number(Array(" 17 ".utf8)) == 15)
    #expect(number([0, 0, 0]) == 0 && number(Array("777777777777".utf8)) == 0o777_777_777_777)
    #expect(number([0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1]) == 2 << 32 + 1)
    #expect(number([0x80, 0, 0, 0, 0x7F] + [UInt8](repeating: 0xFF, count: 7)) == Int.max)
    #expect(number([0x80, 0, 0, 0, 0x80] + [UInt8](repeating: 0, count: 7)) == nil)
    #expect(number([UInt8](repeating: 0xFF, count: 12)) == nil)
    #expect(number(Array("-0000000017\0".utf8)) == nil && number(Array("00000000018\0".utf8)) == nil)
  }

  @Test("a pax size overrides the header's, and binary sizes are read")
  func sizes() throws {
    let pax = Tar.pax([("size", "3"), ("path", "long.png")])
    var bytes = pax + Tar.member("short.png", [1, 2, 3], size: Array("00000000000\0".utf8))
    bytes += Tar.member("next.png", [4], size: [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    let members = try Archives.members(bytes)
    #expect(members.map { String(decoding: $0.name, as: UTF8.self) } == ["long.png", "next.png"])
    #expect(members.map(\.range) == [1536..<1539, 2560..<2561])
  }

  @Test("an archive may lack the end marker and the last padding, but not be cut elsewhere")
  func cuts() throws {
    let whole = Tar.archive([("a.png", [UInt8](repeating: 1, count: 600)), ("b.png", [2, 3])])
    // The byte ranges are, for a: 0 (header) and 512..<1112; for b: 1536 and 2048..<2050; the end-of-archive
    // marker: 2560.
    for length in 1..<whole.count {
      let cut = Array(whole[..<length])
      let isWhole = (1112...1536).contains(length) || length >= 2050
      guard isWhole else {
        #expect(try refusal(of: cut).contains("ends inside"), "\(length) bytes")
        continue
      }
      #expect(try Archives.members(cut).count == (length < 2050 ? 1 : 2), "\(length) bytes")
    }
  }

  @Test("malformed headers are refused, with the reason")
  func nonsense() throws {
    let member = Tar.member("a.png", [1, 2, 3])
    var wrong = member + member
    wrong[1024 + 5] ^= 1
    #expect(try refusal(of: wrong).contains("the header at byte 1024 has a wrong checksum"))
    wrong = member
    wrong[0] ^= 1
    #expect(try refusal(of: wrong).contains("does not begin as a tar file"))
    let negative = [UInt8](repeating: 0xFF, count: 12)
    #expect(try refusal(of: Tar.member("a.png", [], size: negative)).contains("no number"))
    let huge = Array("777777777777".utf8)
    #expect(try refusal(of: Tar.member("a.png", [], size: huge)).contains("ends inside a.png"))
    let largest = [0x80, 0, 0, 0, 0x7F] + [UInt8](repeating: 0xFF, count: 7)
    #expect(try refusal(of: Tar.member("a.png", [], size: largest)).contains("ends inside a.png"))
    #expect(try refusal(of: Tar.pax([("size", "-1")]) + member).contains("no number"))
    #expect(try refusal(of: Tar.pax([("size", "99999999999999999999")]) + member).contains("no number"))
    #expect(
      try refusal(of: Tar.member("x", Array("7 path".utf8), type: "x") + member).contains("makes no sense"))
    #expect(
      try refusal(of: Tar.member("x", Array("900 a=b\n".utf8), type: "x") + member).contains("makes no sense")
    )
    #expect(try refusal(of: Tar.pax([("path", "b.png")])).contains("speaks of a next one"))
    let name = [UInt8](repeating: 97, count: 70_000)
    #expect(try refusal(of: Tar.member("x", name, type: "L") + member).contains("has 70000 bytes"))
    #expect(try refusal(of: Tar.member("a", [], type: "M")).contains("volume"))
  }

  @Test("sparse files are refused with a clear error", arguments: ["sparse-gnu.tar", "sparse-pax.tar"])
  func sparse(name: String) throws {
    #expect(try refusal(of: try Archives.bytes(name)).contains("sparse"))
  }

  @Test("mutated archives are errors, or members within their bounds", arguments: Archives.names)
  func mutations(name: String) throws {
    let original = try Archives.bytes(name)
    var generator = SplitMix(seed: 7)
    var refused = 0
    for round in 0..<600 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let block = Int.random(in: 0..<bytes.count / 512, using: &generator) * 512
        let at = block + Int.random(in: 0..<512, using: &generator)
        bytes[at] = [0, 0xFF, 0x80, 55, UInt8.random(in: 0...255, using: &generator)].randomElement(
          using: &generator)!
        // Most rounds correct the checksum of the block, because few would otherwise reach the code after
        // that check.
        if round % 4 > 0 {
          var header = Array(bytes[block..<block + 512])
          Tar.seal(&header)
          bytes.replaceSubrange(block..<block + 512, with: header)
        }
      }
      do throws(Failure) {
        for member in try Archives.members(bytes) {
          #expect(member.range.lowerBound >= 512 && member.range.upperBound <= bytes.count)
        }
      } catch {
        #expect(error.kind == .badData)
        refused += 1
      }
    }
    #expect(refused > 0 && refused < 600)
  }
}
