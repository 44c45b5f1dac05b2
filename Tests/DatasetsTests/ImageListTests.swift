import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Machine

struct ImageListTests {
  private func folder(_ files: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in files { try folder.write([], to: "images/\(file)") }
    return folder
  }

  private func paths(_ list: ImageList) -> [String] { (0..<list.count).map { list.path(ofRow: $0) } }

  @Test("class folders are in torchvision's order: folder by folder, not by the bytes of the whole path")
  func classFolders() throws {
    // '-' sorts before '/', so a sort by whole paths would put n01-b before n01.
    let folder = try folder([
      "n01/b.png", "n01/a.JPEG", "n01-b/x.jpg", "n01/deep/0.png", "n01/Z.PNG", "empty/x.txt",
    ])
    let list = try ImageList.read(folder("images/"))
    #expect(paths(list) == ["n01/Z.PNG", "n01/a.JPEG", "n01/b.png", "n01/deep/0.png", "n01-b/x.jpg"])
    #expect(list.classes == ["n01", "n01-b"])
    #expect((0..<5).map { list.label(ofRow: $0) } == [0, 0, 0, 0, 1])
    #expect(list.labels == .folders)
    #expect(list.file(ofRow: 4) == folder("images/n01-b/x.jpg"))
  }

  @Test("folders named by synset get the ImageNet class index, also if only few exist")
  func synsets() throws {
    let folder = try folder(["n15075141/a.png", "n01443537/a.png"])
    let list = try ImageList.read(folder("images"))
    #expect(list.labels == .imagenet)
    #expect(list.label(ofRow: 0) == 1)
    #expect(list.label(ofRow: 1) == 999)
  }

  @Test("one folder that is not a synset turns all labels into positions")
  func mixedNames() throws {
    let folder = try folder(["n15075141/a.png", "cats/a.png"])
    let list = try ImageList.read(folder("images"))
    #expect(list.labels == .folders)
    #expect((0..<2).map { list.label(ofRow: $0) } == [0, 1])
  }

  @Test("a flat folder has no labels; images beside class folders are omitted with a remark")
  func flatAndStray() throws {
    let flatFolder = try folder(["b.jpg", "a.png", "notes.txt"])
    let flat = try ImageList.read(flatFolder("images"))
    #expect(paths(flat) == ["a.png", "b.jpg"])
    #expect(flat.layout == .flat && flat.labels == .none && flat.label(ofRow: 0) == nil)
    let strayFolder = try folder(["c/a.png", "stray.png"])
    let stray = try ImageList.read(strayFolder("images"))
    #expect(paths(stray) == ["c/a.png"])
    #expect(stray.remarks.count == 1)
  }

  @Test(
    "hidden images, empty folders and folders without synsets cause remarks; rows are as in ImageFolder"
  )
  func hiddenEntries() throws {
    let folder = try folder([
      "n01440764/a.jpg", "n01440764/._a.jpg", ".ipynb_checkpoints/a-checkpoint.jpg",
      "__MACOSX/n01440764/._a.jpg",
      "n01443537/.DS_Store", "n01443537/Thumbs.db",
    ])
    let list = try ImageList.read(folder("images"))
    #expect(
      paths(list) == [
        ".ipynb_checkpoints/a-checkpoint.jpg", "__MACOSX/n01440764/._a.jpg", "n01440764/._a.jpg",
        "n01440764/a.jpg",
      ])
    #expect(list.classes == [".ipynb_checkpoints", "__MACOSX", "n01440764"] && list.labels == .folders)
    #expect(list.remarks.count == 3)
    #expect(
      list.remarks[0].description.hasPrefix(
        "2 of 3 class folders are no synsets of ImageNet: .ipynb_checkpoints, __MACOSX;"))
    #expect(list.remarks[1].description.hasPrefix("1 folders hold no images and are no classes: n01443537;"))
    #expect(
      list.remarks[2].description.hasPrefix("3 images are hidden")
        && list.remarks[2].description.contains("__MACOSX/n01440764/._a.jpg"))
    try folder.write(
      Tar.archive(["n01440764/a.jpg", "__MACOSX/._a.jpg"].map { ($0, [1]) }), to: "x.tar")
    #expect(try ImageList.read(folder("x.tar")).remarks.count == 2)
    #expect(try ImageList.read(folder("images/n01440764")).remarks.count == 1)
  }

  @Test("a folder with too long a path is an error; no image is omitted silently")
  func deepFolders() throws {
    let folder = try folder(["c/a.png"])
    let made = try Deep.folder(in: folder("images/c"))
    defer { made.remove() }
    let error = #expect(throws: Failure.self) { try ImageList.read(folder("images")) }
    #expect(
      error?.kind == .inputMissing && error?.message.contains("4095 bytes at most") == true,
      "\(error?.message ?? "")")
  }

  @Test("a link to an ancestor does not cause an infinite loop")
  func linkLoop() throws {
    let folder = try folder(["c/a.png"])
    try FileManager.default.createSymbolicLink(
      atPath: folder("images/c/again"), withDestinationPath: folder("images/c"))
    #expect(paths(try ImageList.read(folder("images"))) == ["c/a.png"])
  }

  @Test("a list is sorted bytewise, each path once, with labels after a tab")
  func lists() throws {
    let list = try ImageList.parse(
      "b.png\t7\n\na b.png\t3\r\nb.png\t7\n/abs.png\t0\n", path: "/data/list.txt")
    #expect(paths(list) == ["/abs.png", "a b.png", "b.png"])
    #expect((0..<3).map { list.label(ofRow: $0) } == [0, 3, 7])
    #expect(list.file(ofRow: 0) == "/abs.png" && list.file(ofRow: 1) == "/data/a b.png")
    #expect(list.labels == .given && list.remarks.count == 1)
  }

  @Test(
    "malformed lists are refused",
    arguments: ["a.png\tcat\n", "a.png\t-1\n", "a.png\t1\t2\n", "a.png\t1\na.png\t2\n", "\t3\n"])
  func badLists(text: String) {
    let error = #expect(throws: Failure.self) { try ImageList.parse(text, path: "list.txt") }
    #expect(error?.kind == .badData)
    #expect(error?.message.contains("list.txt") == true)
  }

  @Test("a list is the same in any order of lines, with any line ends")
  func orders() throws {
    let lines = ["a/10\t3", "a/1\t4", "a", "b\t0", "a/1/x", "a/é"]
    let sorted = try ImageList.parse("a\na/1\t4\na/1/x\na/10\t3\na/é\nb\t0\n", path: "l")
    #expect((0..<sorted.count).map(sorted.path) == ["a", "a/1", "a/1/x", "a/10", "a/é", "b"])
    #expect((0..<sorted.count).map(sorted.label) == [nil, 4, nil, 3, nil, 0])
    for (order, end) in [(lines, "\n"), (lines.reversed(), "\r\n"), (lines + lines, "\n\n")] {
      let list = try ImageList.parse(order.joined(separator: end), path: "l")
      #expect(list.digest == sorted.digest && list.labels == .given && list.count == 6)
    }
  }

  @Test("missing, empty and malformed lists have different errors")
  func missing() throws {
    let folder = try folder(["notes.txt"])
    try folder.write(PNG.photograph(width: 2, height: 2, seed: 1), to: "photo.png")
    try folder.write("\n".utf8, to: "empty.txt")
    func kind(_ name: String) -> Failure.Kind? {
      do { _ = try ImageList.read(folder(name)) } catch { return error.kind }
      return nil
    }
    #expect(kind("nowhere") == .inputMissing)
    #expect(kind("images") == .inputMissing)
    #expect(kind("empty.txt") == .inputMissing)
    #expect(kind("photo.png") == .badData)
  }

  @Test("names of any bytes are rows in bytewise order, and are written losslessly")
  func anyBytes() throws {
    let folder = try folder(["c/a.png"])
    for name in [
      "\\xFFx.png", "\\xC3(.png", "tab\\there.png", "line\\nend.png", "back\\\\slash.png", " s p .png",
    ] {
      let path = Array(folder("images/c/").utf8) + EscapedText.unescapedBytes(name.utf8)
      let descriptor = creat(path.map { CChar(bitPattern: $0) } + [0], 0o644)
      try #require(descriptor >= 0)
      close(descriptor)
    }
    let list = try ImageList.read(folder("images"))
    let names = (0..<list.count).map { EscapedText.escaped(list.bytes(ofRow: $0)) }
    #expect(
      names == [
        "c/ s p .png", "c/a.png", "c/back\\\\slash.png", "c/line\\nend.png", "c/tab\\there.png",
        "c/\\xc3(.png",
        "c/\\xffx.png",
      ])
    for row in 0..<list.count {
      #expect(EscapedText.unescapedBytes(names[row].utf8) == Array(list.bytes(ofRow: row)))
    }
  }

  @Test("every byte sequence is restored from its field, which is text without control characters")
  func reversible() {
    var generator = SplitMix(seed: 5)
    for round in 0..<2000 {
      let bytes: [UInt8] =
        round < 256
        ? [UInt8(round)]
        : (0..<Int.random(in: 1...9, using: &generator)).map { _ in
          Bool.random(using: &generator)
            ? UInt8.random(in: 0...255, using: &generator)
            : Array("\\xnt\u{C3}\u{A9}☃0f".utf8).randomElement(using: &generator) ?? 0
        }
      let field = EscapedText.escaped(bytes[...])
      #expect(EscapedText.unescapedBytes(field.utf8) == bytes)
      #expect(!field.utf8.contains { $0 < 32 || $0 == 127 })
    }
  }

  @Test("truncation keeps the first rows; the digest depends on paths, order and labels")
  func digests() throws {
    var list = try ImageList.parse("a\t1\nb\t2\nc\t3\n", path: "l")
    list.truncate(to: 2)
    #expect(paths(list) == ["a", "b"])
    #expect(list.digest == (try ImageList.parse("a\t1\nb\t2\n", path: "m")).digest)
    #expect(list.digest != (try ImageList.parse("a\t1\nb\t3\n", path: "l")).digest)
    #expect(list.digest != (try ImageList.parse("a\t1\nc\t2\n", path: "l")).digest)
    list.truncate(to: 9)
    #expect(list.count == 2)
  }

  @Test("tabs and line ends in fields of a table are escaped")
  func escaping() {
    #expect(EscapedText.escaped("a\tb\nc\\d\re") == "a\\tb\\nc\\\\d\\re")
    #expect(EscapedText.escaped("plain é") == "plain é")
  }
}

/// A folder with a path longer than the system accepts. It is created and removed step by step.
private enum Deep {
  struct Made {
    let descriptors: [Int32]
    let name: String

    func remove() {
      for descriptor in descriptors.reversed() {
        _ = unlinkat(descriptor, name, AT_REMOVEDIR)
        close(descriptor)
      }
    }
  }

  static func folder(in path: String) throws -> Made {
    let name = String(repeating: "d", count: 200)
    var descriptors = [open(path, O_RDONLY | O_DIRECTORY)]
    for _ in 0..<21 {
      try #require(mkdirat(descriptors[descriptors.count - 1], name, 0o755) == 0)
      descriptors.append(openat(descriptors[descriptors.count - 1], name, O_RDONLY | O_DIRECTORY))
    }
    return Made(descriptors: descriptors, name: name)
  }
}
