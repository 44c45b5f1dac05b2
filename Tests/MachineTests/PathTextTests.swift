import Foundation
import TestSupport
import Testing

@testable import Machine

/// Paths with bytes that are not UTF-8, as text.
struct PathTextTests {
  @Test("any bytes are decoded losslessly, and no two names become one")
  func reversible() {
    var generator = SplitMix(seed: 17)
    // Pieces of UTF-8, and of the characters that encode single bytes.
    let pieces: [[UInt8]] = [
      [0x61], [0x2F], [0xE9], [0xC3, 0xA9], [0xF4, 0x8F, 0xBA, 0xA9], [0xF4], [0x8F], [0xBA],
      [0xF4, 0x8F, 0xBF, 0xBF], [0xFF],
    ]
    var seen: [String: [UInt8]] = [:]
    for _ in 0..<5000 {
      let count = Int.random(in: 0...6, using: &generator)
      let name = (0..<count).flatMap { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }
      let text = PathText.text(name)
      #expect(PathText.bytes(of: text) == name)
      #expect(seen.updateValue(name, forKey: text) ?? name == name)
    }
  }

  @Test("UTF-8 is unchanged; other bytes are shown in hexadecimal, in JSON with an escaped backslash")
  func shown() {
    #expect(PathText.text("caf\u{E9}/a b\\x.png".utf8) == "caf\u{E9}/a b\\x.png")
    let latin = PathText.text([0x63, 0x61, 0x66, 0xE9, 0x2F, 0x0A, 0x80])
    #expect(PathText.shown(latin) == "caf\\xe9/\n\\x80")
    #expect(PathText.shownInJSON(Array("\"\(PathText.text([0xE9]))\"".utf8)) == Array("\"\\\\xe9\"".utf8))
    #expect(PathText.shown("\u{10FE7F}") == "\u{10FE7F}")
  }

  @Test("paths are split at slashes, whatever character follows")
  func components() {
    // A combining accent and the slash before it form one character.
    #expect(
      PathText.folder(of: "a/\u{301}b") == "a" && PathText.lastComponent(of: "a/\u{301}b") == "\u{301}b")
    #expect(PathText.folder(of: "/a") == "/" && PathText.folder(of: "a") == ".")
    #expect(PathText.lastComponent(of: "x/y/") == "y")
  }

  @Test("system calls receive the bytes, not the characters that encode them")
  func calls() throws {
    let folder = try TemporaryFolder()
    let path = folder("") + PathText.text([0xE9])
    #expect(mkdir(path, 0o777) == 0)
    let file = try AtomicFile(path + "/x")
    try file.append(Array("abc".utf8))
    try file.commit()
    #expect(try MappedFile(path + "/x").count == 3)
    let names = try TemporaryFolder.names(in: folder.path)
    #expect(names == [[0xE9]])
    #expect(rename(path + "/x", path + "/y") == 0 && link(path + "/y", path + "/z") == 0)
    #expect(unlink(path + "/y") == 0 && unlink(path + "/z") == 0 && rmdir(path) == 0)
  }
}

extension TemporaryFolder {
  /// The names in a folder, read with the C library alone.
  fileprivate static func names(in path: String) throws -> [[UInt8]] {
    let handle = try #require(opendir(path))
    defer { closedir(handle) }
    var names: [[UInt8]] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name.first != 0x2E { names.append(name) }
    }
    return names
  }
}
