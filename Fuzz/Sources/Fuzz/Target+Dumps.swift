import Foundation

@testable import Datasets
@testable import Dumps
@testable import Formats
@testable import Machine
@testable import Models
@testable import Recording
@testable import Tensor
@testable import Units

extension Target {
  static let dumps = [
    Target("manifest") { try manifest($0) },
    Target("journal") { try journal($0) },
    Target("units") { bytes in
      let model = try Model.named("squeezenet1_1")
      for layer in try UnitSelection.parse(bytes.text, path: "units", for: model) {
        claim(!(layer.units ?? []).isEmpty, "\(layer.layer) has no units")
      }
    },
    Target("list") { bytes in
      let list = try ImageList.parse(bytes.text, path: "/folder/list")
      claim(list.count > 0, "a list of no images")
      for row in 0..<list.count {
        claim(!list.path(ofRow: row).isEmpty, "row \(row) has no path")
        claim(list.label(ofRow: row) ?? 0 >= 0, "row \(row) has a negative label")
      }
    },
    // `UnitSelection` chooses layers by patterns too.
    Target("layers") { bytes in _ = try LayerSelection.layers(bytes.text, of: Model.named("squeezenet1_1")) },
  ]

  /// A manifest is read, written and read again, and a folder that has it is looked at, checked and merged.
  private static func manifest(_ bytes: ByteRegion) throws {
    let manifest = try Manifest.read(bytes.data, path: "manifest.json")
    let again = try Manifest.read(JSON.encode(manifest), path: "manifest.json")
    claim(manifest.differences(from: again).isEmpty, "a manifest is another once it is written")
    let folder = Folder.shared
    try folder.write(bytes.data, to: "dump/manifest.json")
    _ = try? DumpInspection(folder("dump"))
    _ = try? DumpCheck(folder("dump"), threads: 1)
    if let merge = try? Merge([folder("dump")], into: folder("whole"), existing: .overwrite, threads: 1) {
      _ = try? merge.run()
    }
    claim(folder.isClean, "something was written outside of the output")
  }

  /// Lines of a journal. Behind a first byte of `#` they get the checksums they need to be looked at.
  private static func journal(_ bytes: ByteRegion) throws {
    var data = bytes.data
    if data.first == UInt8(ascii: "#") {
      data = Data(
        data.dropFirst().split(separator: 10, omittingEmptySubsequences: false).flatMap { line in
          let digest = Array(line).withUnsafeBytes { SHA256.hexDigest(of: $0) }
          return Array("\(digest.prefix(16))\t".utf8) + line + [10]
        })
    }
    guard let contents = JournalContents(data) else { return }
    let rows = 64
    let ledger = RowLedger(rows: rows)
    let inside = contents.chunks.filter { $0.rows.upperBound <= rows }
    ledger.restore(inside, contents.reasons)
    let done = Set(inside.flatMap { Array($0.rows) })
    claim(ledger.written.ranges.flatMap { Array($0) } == done.sorted(), "rows that no chunk names are done")
    claim(ledger.pending.ranges.allSatisfy { done.isDisjoint(with: $0) }, "rows are done and pending")
    // Whatever was read, a journal that continues it says the same.
    let path = Folder.shared("journal.tsv")
    var kept = contents
    kept.chunks = inside
    _ = try Journal(path, continuing: kept)
    let again = try JournalContents(path: path)
    claim(again?.chunks.map(\.rows) == inside.map(\.rows), "a journal that goes on has other rows")
    claim(again?.chunks.map(\.digest) == inside.map(\.digest), "a journal that goes on has other digests")
  }
}

/// A folder in memory, with the arrays of a small dump in it.
struct Folder: Sendable {
  let path: String

  static let shared = Folder()

  private init() {
    let parent = Disk.isDirectory("/dev/shm") == true ? "/dev/shm" : NSTemporaryDirectory()
    path = "\(parent)/activation-dump-fuzz-\(getpid())"
    try? FileManager.default.createDirectory(
      atPath: self("dump/activations"), withIntermediateDirectories: true)
    for (file, units) in [("activations/conv1.npy", 3), ("logits.npy", 5)] {
      _ = try? ArrayFile(creating: self("dump/\(file)"), rows: 2, rowShape: [units], keepOpen: false)
    }
    try? write(Data(ImagesFile.header.utf8), to: "dump/images.tsv")
    atexit { try? FileManager.default.removeItem(atPath: Folder.shared.path) }
  }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ data: Data, to name: String) throws {
    // Straight into the file: only the reader is fuzzed here.
    guard FileManager.default.createFile(atPath: self(name), contents: data) else {
      throw CocoaError(.fileWriteUnknown)
    }
  }

  /// Whether nothing has been made but what this makes itself.
  var isClean: Bool {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return Set(found).isSubset(of: ["dump", "whole", "journal.tsv"])
  }
}
