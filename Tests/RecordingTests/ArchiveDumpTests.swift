import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Dumps
@testable import Inference
@testable import Machine
@testable import Models
@testable import Recording

/// Tests of dumps of images inside archives, and of files that are not images.
struct ArchiveDumpTests {
  private static let synsets = ["n01440764", "n01443537"]

  /// Six small images, three per class, in the order of a folder's rows.
  private static let images = (0..<6).map { index in
    (
      synset: synsets[index / 3], name: "\(index).png",
      bytes: PNG.photograph(width: 30 + index, height: 41 - index, seed: UInt64(index))
    )
  }

  private func arrays(_ folder: TemporaryFolder, _ output: String) throws -> [String: Data] {
    try folder.files(below: output).filter { $0.key.hasSuffix(".npy") }
  }

  private func table(_ folder: TemporaryFolder, _ output: String) throws -> [[String]] {
    let data = try #require(try folder.files(below: output)["images.tsv"])
    return String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst().map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test("a folder, a tar of it, a tar of tars and shards with a pattern give the same bytes and labels")
  func sameBytes() throws {
    let folder = try TemporaryFolder()
    var inner: [(String, [UInt8])] = []
    for image in Self.images { try folder.write(image.bytes, to: "folder/\(image.synset)/\(image.name)") }
    try folder.write(
      Tar.archive(Self.images.reversed().map { ("./\($0.synset)/\($0.name)", $0.bytes) }), to: "packed.tar")
    for synset in Self.synsets.reversed() {
      let files = Self.images.filter { $0.synset == synset }.map { ($0.name, $0.bytes) }
      inner.append(("\(synset).tar", Tar.archive(files)))
    }
    try folder.write(Tar.archive(inner), to: "nested.tar")
    for (shard, rows) in [0..<2, 2..<5, 5..<6].enumerated() {
      let files = Self.images[rows].enumerated().flatMap { index, image in
        let label = image.synset == Self.synsets[0] ? 0 : 1
        return [("s\(index).png", image.bytes), ("s\(index).cls", Array("\(label)\n".utf8))]
      }
      try folder.write(Tar.archive(files), to: "shards/train-\(shard).tar")
    }
    let inputs = ["folder", "packed.tar", "nested.tar", "shards/train-{0..2}.tar", "shards"]
    var wanted: [String: Data]?
    for (index, input) in inputs.enumerated() {
      var request = try DumpRequest.squeezeNet(images: folder(input), output: folder("out\(index)"))
      (request.threads, request.batchSize) = (1 + index % 2, 1 + index)
      let summary = try Dump(request).run()
      #expect(summary.images == 6 && summary.state == .complete, "\(input)")
      let found = try arrays(folder, "out\(index)")
      if let wanted { #expect(found == wanted, "\(input)") } else { wanted = found }
      #expect(try table(folder, "out\(index)").map { $0[2] } == ["0", "0", "0", "1", "1", "1"], "\(input)")
    }
    #expect(wanted?.count == 4)
    #expect(try table(folder, "out2")[3][1] == "nested.tar/n01443537.tar/3.png")
    #expect(try Manifest.read(folder("out3/manifest.json")).images.layout == .tar)
  }

  @Test("shards of the rows of an archive merge to the whole, and a changed archive is detected on resume")
  func resume() throws {
    let folder = try TemporaryFolder()
    let files = Self.images.map { ("\($0.synset)/\($0.name)", $0.bytes) }
    try folder.write(Tar.archive(files), to: "x.tar")
    _ = try Dump(.squeezeNet(images: folder("x.tar"), output: folder("whole"))).run()
    for index in 0..<2 {
      var request = try DumpRequest.squeezeNet(images: folder("x.tar"), output: folder("parts/\(index)"))
      request.shard = try Shard(index: index, count: 2)
      _ = try Dump(request).run()
    }
    _ = try Merge([folder("parts")], into: folder("merged")).run()
    #expect(try arrays(folder, "merged") == arrays(folder, "whole"))

    var request = try DumpRequest.squeezeNet(images: folder("x.tar"), output: folder("stopped"))
    (request.batchSize, request.threads) = (1, 1)
    #expect(try Dump(request).run(progress: RunProgress(cancellingAfter: 2)).state == .interrupted)
    request.existing = .resume
    try folder.write(Tar.archive([("notes.txt", [1])] + files), to: "x.tar")
    let refused = #expect(throws: Failure.self) { try Dump(request).run() }
    #expect(refused?.message.contains("images") == true)
    try folder.write(Tar.archive(files), to: "x.tar")
    #expect(try Dump(request).run().state == .complete)
    #expect(try arrays(folder, "stopped") == arrays(folder, "whole"))
  }

  @Test("an archive that is replaced, truncated or removed after it was listed is an error of its images")
  func changed() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Tar.archive(Self.images.map { ($0.name, $0.bytes) }), to: "x.tar")
    let list = try ImageList.read(path)
    let network = try Network(.named("squeezenet1_1"), weights: .seeded(1))
    func failure() throws -> String {
      let runner = network.runner(batchSize: 1)
      let error = #expect(throws: (any Error).self) { try runner.load(list.location(ofRow: 1), into: 0) }
      return error.map { "\($0)" } ?? ""
    }
    try network.runner(batchSize: 1).load(list.location(ofRow: 1), into: 0)
    try folder.write(Tar.archive([("0.png", Self.images[1].bytes)]), to: "x.tar")
    #expect(try failure().contains("\(path)/1.png: its archive was written to"))
    // A runner that has the archive open detects the change, too.
    let again = try ImageList.read(path)
    let runner = network.runner(batchSize: 1)
    try runner.load(again.location(ofRow: 0), into: 0)
    #expect(truncate(path, 600) == 0)
    #expect(throws: (any Error).self) { try runner.load(again.location(ofRow: 0), into: 0) }
    try FileManager.default.removeItem(atPath: path)
    #expect(try failure().contains("there is no such file"))
  }

  @Test(
    "pipes, devices, loops, dangling links, folders and empty files named like images are skipped rows, or not rows"
  )
  func oddFiles() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.images[0].bytes, to: "images/c/good.png")
    try folder.write([], to: "images/c/empty.png")
    try folder.write(Self.images[1].bytes, to: "images/c/folder.png/inside.png")
    try folder.write([], to: "images/no-images/notes.txt")
    try #require(mkfifo(folder("images/c/pipe.png"), 0o600) == 0)
    let links = [
      ("dangling.png", "nowhere"), ("loop.png", "loop.png"), ("device.png", "/dev/zero"),
      ("link.png", "good.png"),
      ("up", ".."), ("zz", "folder.png"),
    ]
    for (name, target) in links {
      try FileManager.default.createSymbolicLink(
        atPath: folder("images/c/\(name)"), withDestinationPath: target)
    }
    var request = try DumpRequest.squeezeNet(images: folder("images"), output: folder("out"))
    request.onError = .skip
    let summary = try Dump(request).run()
    let rows = try table(folder, "out")
    #expect(
      rows.map { "\($0[1]) \($0[3].prefix { $0 != ":" })" } == [
        "c/dangling.png skipped", "c/device.png skipped", "c/empty.png skipped", "c/good.png ok",
        "c/link.png ok",
        "c/loop.png skipped", "c/pipe.png skipped", "c/folder.png/inside.png ok", "c/zz/inside.png ok",
      ])
    #expect(summary.images == 4 && summary.skipped == 5)
    let reasons = Dictionary(uniqueKeysWithValues: rows.map { ($0[1], $0[3]) })
    #expect(reasons["c/dangling.png"]?.contains("no such file") == true)
    #expect(reasons["c/device.png"]?.contains("not a regular file") == true)
    #expect(reasons["c/pipe.png"]?.contains("not a regular file") == true)
    #expect(reasons["c/empty.png"]?.contains("empty") == true)
  }
}
