import Foundation
import TestSupport
import Testing

/// Tests that stimuli and atlases find the images of a dump by themselves, regardless of their location.
struct ImagePlacesTests {
  private let record = [
    "dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--layers", "features.3.squeeze",
  ]

  private func succeed(_ arguments: [String], in directory: String = "/") throws {
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    let outcome = try Program.shell("cd '\(directory)' && exec \"$0\" \(words)")
    #expect(outcome.status == 0, "\(words): \(outcome.errors)")
  }

  /// Returns the pictures of a dump's exemplars and of its atlas, made in a working directory where no
  /// relative path is valid.
  private func pictures(of dump: String, in folder: TemporaryFolder) throws -> [String: Data] {
    try succeed([
      "exemplars", folder(dump), "--unit", "features_3_squeeze__3", "--batches", "1", "--grid", "--output",
      folder("made/\(dump)/stimuli"),
    ])
    try succeed(["report", folder(dump), "--output", folder("made/\(dump)/atlas")])
    return try folder.files(below: "made/\(dump)").filter {
      $0.key.hasSuffix(".png") || $0.key.hasSuffix(".jpg")
    }
  }

  @Test("pictures are the same for images in a folder, in several archives and in a shard of them")
  func archives() throws {
    let folder = try imageFolder(count: 45)
    let files = try folder.files(below: "images").sorted {
      $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
    }
    for (name, part) in [("a.tar", files.prefix(23)), ("b.tar", files.dropFirst(23))] {
      try folder.write(Tar.archive(part.map { ($0.key, Array($0.value)) }), to: name)
    }
    try succeed(record + ["--images", "images", "--output", "plain"], in: folder(""))
    try succeed(record + ["--images", "a.tar::b.tar", "--output", "packed"], in: folder(""))
    let plain = try pictures(of: "plain", in: folder)
    #expect(plain.keys.count { $0.hasSuffix(".png") } == 21 && plain.keys.count { $0.hasSuffix(".jpg") } > 9)
    #expect(try pictures(of: "packed", in: folder) == plain)

    try succeed(record + ["--images", "{a,b}.tar", "--shard", "1/2", "--output", "shard"], in: folder(""))
    try succeed(record + ["--images", "images", "--shard", "1/2", "--output", "half"], in: folder(""))
    let half = try pictures(of: "half", in: folder)
    #expect(half != plain)
    #expect(try pictures(of: "shard", in: folder) == half)
  }

  @Test("an image whose name is not UTF-8 is shown like any other")
  func bytes() throws {
    let folder = try TemporaryFolder()
    for image in 0..<22 {
      try folder.write(
        PNG.photograph(width: 9, height: 9, seed: UInt64(image)), to: "text/\(image + 100).png")
    }
    try succeed(record + ["--images", folder("text"), "--output", folder("plain")])
    let plain = try pictures(of: "plain", in: folder)
    // The order and the pictures are the same under names in Latin-1.
    let moved = try Program.shell(
      "mv \"$1\" \"$2\" && cd \"$2\" && for f in *.png; do mv $f $(printf '\\351')$f; done", folder("text"),
      folder("latin"))
    #expect(moved.status == 0, "\(moved.errors)")
    try succeed(record + ["--images", folder("latin"), "--output", folder("bytes")])
    #expect(try pictures(of: "bytes", in: folder) == plain)
  }

  @Test("a location with other images is refused by name; a dump whose images are missing still has an atlas")
  func moved() throws {
    let folder = try imageFolder(count: 24)
    let files = try folder.files(below: "images").sorted {
      $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
    }
    try folder.write(Tar.archive(files.map { ($0.key, Array($0.value)) }), to: "a.tar")
    try folder.write(Tar.archive(files.dropFirst().map { ($0.key, Array($0.value)) }), to: "other/a.tar")
    try succeed(record + ["--images", folder("a.tar"), "--output", folder("dump")])
    func fails(_ place: [String], _ words: String) throws {
      let outcome = try Program.run(
        [
          "exemplars", folder("dump"), "--unit", "features_3_squeeze__3", "--batches", "1", "--output",
          folder("s"),
        ]
          + place)
      #expect(outcome.status == 66 && outcome.errors.contains(words), "\(outcome.errors)")
    }
    try fails(["--images", folder("other/a.tar"), "--overwrite"], "give --images with those of the dump")
    try fails(["--images", folder("nowhere.tar"), "--overwrite"], "nowhere.tar")
    #expect(
      try Program.run("report", folder("dump"), "--output", folder("x"), "--images", folder("nowhere")).status
        == 66)
    try FileManager.default.removeItem(atPath: folder("a.tar"))
    try fails(["--overwrite"], folder("a.tar"))
    let outcome = try Program.run("report", folder("dump"), "--output", folder("atlas"))
    #expect(
      outcome.status == 0 && outcome.errors.contains("24 of 24 images could not be found"),
      "\(outcome.errors)")
  }
}
