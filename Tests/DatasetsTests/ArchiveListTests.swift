import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Formats
@testable import Images
@testable import Machine

/// Lists of the images in archives.
struct ArchiveListTests {
  private func paths(_ list: ImageList) -> [String] { (0..<list.count).map { list.path(ofRow: $0) } }
  private func labels(_ list: ImageList) -> [Int?] { (0..<list.count).map { list.label(ofRow: $0) } }

  /// Returns the bytes of a row's image.
  private func contents(_ list: ImageList, _ row: Int) throws -> String {
    let location = list.location(ofRow: row)
    let data = try Data(contentsOf: URL(filePath: list.file(ofRow: row)))
    let range = try #require(location.range)
    return String(decoding: data[range], as: UTF8.self)
  }

  @Test(
    "class folders in an archive are ordered and labelled as on disk", arguments: ["ustar", "pax", "gnu"])
  func classFolders(format: String) throws {
    let list = try ImageList.read(Archives.path("\(format).tar"))
    #expect(list.layout == .tar && list.labels == .imagenet && list.classes == ["n01440764", "n01443537"])
    #expect(labels(list) == [0, 0, 0, 0, 0, 1])
    let names = ["a.JPEG", "b.JPEG", "c.jpeg", "empty.png"]
    #expect(paths(list).prefix(4) == names.map { "\(format).tar/n01440764/\($0)" }[...])
    #expect(paths(list)[4].hasSuffix("/d.png") && paths(list)[4].utf8.count > 130)
    #expect(paths(list)[5] == "\(format).tar/n01443537/b.JPEG")
    #expect(
      try (0..<6).map { try contents(list, $0) } == [
        String(repeating: "a", count: 513), String(repeating: "b", count: 512),
        String(repeating: "c", count: 511),
        "", "deep", "second class",
      ])
  }

  @Test("an archive of a folder has the rows of that folder", arguments: 0..<12)
  func likeFolders(seed: Int) throws {
    var generator = SplitMix(seed: UInt64(seed))
    let folder = try TemporaryFolder()
    let parts = ["n01440764", "n01443537", "a", "a-b", "a.b", "A", "ä", "z z", "0"]
    // The depth is the same for all images, or differs. Images beside class folders are omitted; images
    // directly in the root make a flat folder.
    let depth = seed % 3
    var names: Set<String> = []
    for index in 0..<40 {
      let count = depth == 2 ? Int.random(in: 0...3, using: &generator) : depth
      let folders = (0..<count).map { level in
        parts[Int.random(in: 0..<parts.count, using: &generator)] + String(repeating: "x", count: level)
      }
      names.insert(
        (folders + ["\(Int.random(in: 0..<30, using: &generator)).\(index % 3 == 0 ? "PNG" : "jpg")"]).joined(
          separator: "/"))
    }
    let shuffled = names.sorted().shuffled(using: &generator)
    for name in shuffled { try folder.write(Array(name.utf8), to: "images/\(name)") }
    try folder.write(Tar.archive(shuffled.map { ($0, Array($0.utf8)) }), to: "x.tar")
    let disk = try ImageList.read(folder("images"))
    let packed = try ImageList.read(folder("x.tar"))
    #expect(paths(packed) == paths(disk).map { "x.tar/\($0)" })
    #expect(labels(packed) == labels(disk) && packed.labels == disk.labels && packed.classes == disk.classes)
    #expect(try (0..<packed.count).map { try contents(packed, $0) } == paths(disk))
  }

  @Test("folders around the class folders change nothing but names")
  func wrapped() throws {
    let folder = try TemporaryFolder()
    let files = [
      "data/train/n01443537/b.png", "data/train/n01440764/a.png", "data/train/n01440764/deep/c.png",
    ]
    try folder.write(Tar.archive(files.map { ($0, [1]) }), to: "x.tar")
    let list = try ImageList.read(folder("x.tar"))
    #expect(labels(list) == [0, 0, 1] && list.labels == .imagenet)
    #expect(paths(list)[0] == "x.tar/data/train/n01440764/a.png")
    try folder.write(Tar.archive([("val/b.png", [1]), ("val/a.png", [1])]), to: "flat.tar")
    let flat = try ImageList.read(folder("flat.tar"))
    #expect(paths(flat) == ["flat.tar/val/a.png", "flat.tar/val/b.png"] && flat.labels == .none)
    try folder.write(Tar.archive([("n01443537/b.png", [1])]), to: "one.tar")
    #expect(labels(try ImageList.read(folder("one.tar"))) == [1])
  }

  @Test("an archive of archives named by synset is ImageNet's training set, as downloaded")
  func nested() throws {
    let list = try ImageList.read(Archives.path("nested.tar"))
    let names = ["10", "100", "9"]
    #expect(
      paths(list)
        == ["n01440764", "n01443537"].flatMap { synset in
          names.map { "nested.tar/\(synset).tar/\(synset)_\($0).JPEG" }
        })
    #expect(list.labels == .imagenet && labels(list) == [0, 0, 0, 1, 1, 1])
    #expect(
      try (0..<6).map { try contents(list, $0) }[1...3] == ["n01440764 100", "n01440764 9", "n01443537 10"])
    #expect(list.location(ofRow: 0).name == "\(Archives.path("nested.tar"))/n01440764.tar/n01440764_10.JPEG")
  }

  @Test("shards are in the order of their pattern, samples by name, with labels from their text files")
  func shards() throws {
    let list = try ImageList.read(Archives.path("shard-{000000..000002}.tar"))
    #expect(list.layout == .tar && list.labels == .given && list.count == 12)
    #expect(paths(list)[4] == "shard-000001.tar/000010.jpg")
    #expect(labels(list) == [0, 1, 2, 3, 100, 101, 102, 103, 200, 201, 202, nil])
    #expect(try contents(list, 7) == "image 000013")
    #expect(
      list.remarks.count == 1 && list.remarks[0].description.contains("12 images are parts of a sample"))
    let other = try ImageList.read(
      Archives.path("shard-000002.tar") + "::" + Archives.path("shard-00000{0..1}.tar"))
    #expect(labels(other).prefix(5) == [200, 201, 202, nil, 0])
    #expect(paths(other).sorted() == paths(list).sorted())
    #expect(other.digest != list.digest)
  }

  /// Returns the paths and labels of an archive with some members. The content of each image is its name.
  private func samples(_ names: [(String, String)], keys: [String] = []) throws -> (
    rows: [String], remarks: [String]
  ) {
    let folder = try TemporaryFolder()
    try folder.write(Tar.archive(names.map { ($0.0, Array($0.1.utf8)) }), to: "x.tar")
    let list = try ImageList.read(folder("x.tar"), imageKeys: keys)
    let rows = (0..<list.count).map { "\(list.path(ofRow: $0).dropFirst(6)) \(list.label(ofRow: $0) ?? -1)" }
    return (rows, list.remarks.map(\.description))
  }

  @Test(
    "a single image of a sample is used; of several, the one with a plain or the requested key")
  func keys() throws {
    let compound = try samples([
      ("0.input.jpg", ""), ("0.cls", "5"), ("1.Input.JPG", ""), ("1.CLS", "\u{FEFF}n01440764\r\n"),
    ])
    #expect(compound.rows == ["0.input.jpg 5", "1.Input.JPG 0"] && compound.remarks.isEmpty)
    let plain = [("0.jpg", ""), ("0.seg.png", ""), ("0.json", "{\"label\": \"n01443537\"}")]
    #expect(try samples(plain).rows == ["0.jpg 1"])
    #expect(
      try samples(plain).remarks == [
        "1 images are parts of a sample and left out: sample 0 has the images jpg, seg.png; 'image key' chooses others"
      ])
    let pair = [
      ("d/0.input.jpg", ""), ("d/0.target.jpg", ""), ("d/0.cls", "5"), ("d/1.png", ""), ("d/1.cls", "6"),
    ]
    let error = #expect(throws: Failure.self) { try samples(pair) }
    #expect(
      error?.message.contains(
        "sample d/0 has the images input.jpg, target.jpg; say which is meant, with 'image key input.jpg'")
        == true)
    #expect(try samples(pair, keys: ["target.jpg", "png"]).rows == ["d/0.target.jpg 5", "d/1.png 6"])
    let some = try samples(pair, keys: [".INPUT.jpg"])
    #expect(
      some.rows == ["d/0.input.jpg 5"]
        && some.remarks == [
          "1 samples have no image of the key asked for and are left out: sample d/1 has the image png"
        ])
    // Without labels, a sample is determined by its key.
    #expect(try samples([("0.a.png", ""), ("0.b.png", "")]).rows == ["0.a.png -1", "0.b.png -1"])
    #expect(try samples([("0.a.png", ""), ("0.b.png", "")], keys: ["b.png"]).rows == ["0.b.png -1"])
    let none = #expect(throws: Failure.self) { try samples(pair, keys: ["tif"]) }
    #expect(
      none?.kind == .inputMissing
        && none?.message.contains("sample d/0 has the images input.jpg, target.jpg") == true)
  }

  @Test("a label belongs to the image of the same name, also if names contain dots")
  func dots() throws {
    let names = [
      ("a.b.jpg", ""), ("a.b.cls", "5"), ("a.c.jpg", ""), ("a.c.cls", "6"), ("v1.0/x.jpg", ""),
      ("v1.0/x.cls", "7"),
    ]
    #expect(try samples(names.filter { !$0.0.hasPrefix("v") }).rows == ["a.b.jpg 5", "a.c.jpg 6"])
    #expect(try samples(names.filter { $0.0.hasPrefix("v") }).rows == ["v1.0/x.jpg 7"])
  }

  @Test("keys without archives are refused")
  func keysElsewhere() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "val/a.png")
    let error = #expect(throws: Failure.self) { try ImageList.read(folder("val"), imageKeys: ["png"]) }
    #expect(error?.kind == .usage && error?.message.contains("'image key'") == true)
  }

  @Test("a folder of shards, or a list of shards, is read as the shards")
  func folderOfShards() throws {
    let folder = try TemporaryFolder()
    for shard in 0..<3 {
      try folder.write(try Archives.bytes("shard-00000\(shard).tar"), to: "data/shard-00000\(shard).tar")
    }
    try folder.write("data/shard-000002.tar\ndata/shard-000000.tar\n".utf8, to: "list.txt")
    let list = try ImageList.read(folder("data/"))
    #expect(list.count == 12 && paths(list)[11] == "shard-000002.tar/000023.jpg")
    let listed = try ImageList.read(folder("list.txt"))
    #expect(labels(listed) == [200, 201, 202, nil, 0, 1, 2, 3])
    try folder.write("data/shard-000002.tar\na.png\n".utf8, to: "mixed.txt")
    #expect(throws: Failure.self) { try ImageList.read(folder("mixed.txt")) }
  }

  @Test(
    "links and devices are omitted with a remark; the last member of a name counts; `..` is only a name"
  )
  func odds() throws {
    let list = try ImageList.read(Archives.path("links.tar"))
    // The component ".." counts as a folder, which does not contain all images.
    #expect(paths(list) == ["links.tar/../up.png"])
    #expect(
      list.remarks.contains {
        $0.description.contains("3 images in links.tar are links") && $0.description.contains("hard.png")
      })
    #expect(list.remarks.contains { $0.description.contains("1 images are in their archive again") })
    #expect(list.remarks.contains { $0.description.contains("2 images beside class folders") })
    let folder = try TemporaryFolder()
    try folder.write(
      Tar.archive([("a.png", [1]), ("./a.png", [2, 2]), ("/b.png", [3]), ("b/", [])]), to: "x.tar")
    let flat = try ImageList.read(folder("x.tar"))
    #expect(paths(flat) == ["x.tar/a.png", "x.tar/b.png"])
    #expect(try contents(flat, 0) == "\u{2}\u{2}")
  }

  @Test("names of any bytes are distinct, and are written losslessly")
  func anyBytes() throws {
    let list = try ImageList.read(Archives.path("bytes.tar"))
    let fields = (0..<list.count).map { EscapedText.escaped(list.bytes(ofRow: $0)) }
    #expect(
      fields == [
        "bytes.tar/d/ space .png", #"bytes.tar/d/back\\slash.png"#, #"bytes.tar/d/latin-\xe9.png"#,
        #"bytes.tar/d/line\nend.png"#, #"bytes.tar/d/tab\there.png"#,
      ])
    for row in 0..<list.count {
      #expect(EscapedText.unescapedBytes(fields[row].utf8) == Array(list.bytes(ofRow: row)))
    }
    #expect(try contents(list, 2) == "latin")
  }

  @Test("files that are not archives are refused with a remedy")
  func refusals() throws {
    let folder = try TemporaryFolder()
    func message(_ bytes: [UInt8], _ name: String = "x.tar") throws -> String {
      let path = try folder.write(bytes, to: name)
      let error = #expect(throws: Failure.self) { try ImageList.read(path) }
      #expect(error?.message.contains(path) == true)
      return error?.message ?? ""
    }
    #expect(try message([0x1F, 0x8B, 8, 0], "x.tar.gz").contains("gunzip"))
    #expect(try message([0x1F, 0x8B, 8, 0], "x.tgz").contains("gunzip"))
    #expect(try message([0x28, 0xB5, 0x2F, 0xFD]).contains("unzstd"))
    #expect(try message(Array("text".utf8)).contains("is not a tar file"))
    #expect(try message([]).contains("is empty"))
    #expect(try message(Tar.archive([("a.txt", [1])])).contains("no images"))
    #expect(try message(Array(Tar.archive([("a.png", [1])]).prefix(512))).contains("ends inside a.png"))
    #expect(try message(Tar.archive([("a.png", [1]), ("a.cls", Array("cat".utf8))])).contains("class index"))
    #expect(try message(Tar.archive([("a.png", [1]), ("a.json", Array("{".utf8))])).contains("not JSON"))
    let inner = Tar.archive([("c.tar", Tar.archive([("a.png", [1])]))])
    #expect(try message(Tar.archive([("b.tar", inner)])).contains("unpack the outermost"))
    let missing = #expect(throws: Failure.self) { try ImageList.read(folder("y-{0..3}.tar")) }
    #expect(missing?.kind == .inputMissing && missing?.message.contains("y-0.tar") == true)
  }

  @Test("text files without an image have no effect on labels, whatever their contents")
  func otherTexts() throws {
    let folder = try TemporaryFolder()
    let files: [(String, [UInt8])] = [
      ("n01443537/b.png", [1]), ("n01440764/a.png", [1]), ("meta.json", [123]), ("n01440764/x.cls", [65]),
      ("n01440764/a.b.jpg", [1]),
    ]
    try folder.write(Tar.archive(files), to: "x.tar")
    let list = try ImageList.read(folder("x.tar"))
    #expect(list.labels == .imagenet && labels(list) == [0, 0, 1] && list.remarks.isEmpty)
  }

  @Test("archives after the end of the first are omitted with a remark")
  func concatenated() throws {
    let folder = try TemporaryFolder()
    try folder.write(Tar.archive([("a.png", [1])]) + Tar.archive([("b.png", [1])]), to: "x.tar")
    let list = try ImageList.read(folder("x.tar"))
    #expect(list.count == 1 && list.remarks.contains { $0.description.contains("goes on behind the mark") })
  }

  @Test("truncation keeps the first rows; the digest depends on the byte ranges")
  func digests() throws {
    let folder = try TemporaryFolder()
    let files: [(String, [UInt8])] = [("a.png", [1]), ("b.png", [2, 3]), ("c.png", [4])]
    try folder.write(Tar.archive(files), to: "x.tar")
    var list = try ImageList.read(folder("x.tar"))
    let whole = list.digest
    list.truncate(to: 2)
    #expect(paths(list) == ["x.tar/a.png", "x.tar/b.png"] && list.digest != whole)
    let shifted = [("0.txt", [9])] + files
    try folder.write(Tar.archive(shifted), to: "x.tar")
    #expect(try ImageList.read(folder("x.tar")).digest != whole)
    try folder.write(Tar.archive(files), to: "x.tar")
    #expect(try ImageList.read(folder("x.tar")).digest == whole)
  }
}

struct BracePatternTests {
  @Test(
    "braces expand as in a shell",
    arguments: [
      ("a{0..2}b", "a0b a1b a2b"), ("{08..11}", "08 09 10 11"), ("{8..011}", "008 009 010 011"),
      ("{3..1}", "3 2 1"), ("{0..6..3}", "0 3 6"), ("{a,b}{1..2}", "a1 a2 b1 b2"), ("{a,b{1,2}}", "a b1 b2"),
      ("x", "x"), ("{x}", "{x}"), ("{", "{"), ("{a", "{a"), ("a}", "a}"), ("{x}{1,2}", "{x}1 {x}2"),
      ("{,a}b", "b ab"),
      ("{-1..1}", "-1 0 1"), ("{000..002}.{jpg,png}", "000.jpg 000.png 001.jpg 001.png 002.jpg 002.png"),
    ])
  func expansion(pattern: String, names: String) throws {
    #expect(try BracePattern.expand(pattern).joined(separator: " ") == names)
  }

  @Test("patterns of millions of names are refused before their expansion")
  func limits() {
    for pattern in ["{0..9999999}", "{0..999}{0..999}{0..9}", "{0..9223372036854775807}"] {
      #expect((try? BracePattern.expand(pattern)) == nil || pattern.contains("9223372036854775807"))
    }
    #expect((try? BracePattern.expand("{-9223372036854775808..1}"))?.count == 1)
  }
}
