import Foundation

@testable import Datasets
@testable import Dumps
@testable import Formats
@testable import Machine
@testable import Recording
@testable import Statistics
@testable import Tensor

extension Target {
  /// What says which images there are and what they show, and what a dump keeps of them beside matrices.
  static let inputs = [
    Target("tar") { try tar($0) },
    Target("labels") { bytes in
      // Foundation leaks a page for every empty file it reads.
      guard bytes.count > 0 else { return }
      try scratch.write(bytes.data, to: "labels.csv")
      let labels = try LabelFile(scratch("labels.csv"))
      for name in ["a", "a/b.JPEG", "ILSVRC2012_val_00000001.JPEG", "x_val_99999999999999999999"] {
        claim(labels.label(of: Array(name.utf8)[...], row: 0) ?? 0 >= 0, "\(name) has a negative label")
      }
    },
    Target("mat") { bytes in
      do throws(Malformed) { _ = try MatSynsets(bytes.array) } catch {
        claim(!error.reason.isEmpty, "no reason")
      }
    },
    Target("extremes") { try extremes($0) },
    Target("baselines") { bytes in
      try scratch.write(bytes.data, to: "baselines.npz")
      var totals = try BaselineFile.read(scratch("baselines.npz"))
      let others = totals
      for _ in 0..<4 { totals.add(others) }
      _ = (totals.pixelSparsity, totals.channelSparsity, totals.localContrast)
      let folder = DumpFolder(path: scratch.path)
      _ = try BaselineFile.write(totals, "sum.npz", in: folder)
      let again = try BaselineFile.read(scratch("sum.npz"))
      claim(again == totals, "totals are others once they are written")
    },
  ]

  private static let scratch = Folder.shared

  /// Members lie within the archive, and so do those of archives in it.
  private static func tar(_ bytes: ByteRegion) throws {
    let content = bytes.array
    var records = PaxRecords()
    _ = records.add(content[...])
    let source = ByteSource(content, name: "a.tar")
    var reader = TarReader(source, 0..<source.count, name: "a.tar")
    while let member = try reader.next() {
      claim(
        0 <= member.range.lowerBound && member.range.upperBound <= source.count, "a member lies elsewhere")
    }
    let scan = try ArchiveScan(
      source, 0..<source.count, file: Array("/a.tar".utf8), name: Array("a.tar".utf8))
    claim(
      scan.names.count == scan.offsets.count && scan.names.count == scan.sizes.count, "names without places")
    claim(scan.keys.count == scan.labels.count, "keys without labels")
    for inner in scan.inner {
      _ = try ArchiveScan(source, inner.range, file: scan.file, name: scan.name, inner: inner.name)
    }
  }

  /// A layer's extremes are read, put together with themselves and written.
  private static func extremes(_ bytes: ByteRegion) throws {
    let (units, limit, rows) = (2, 3, 8)
    try scratch.write(bytes.data, to: "extremes.npz")
    let file = try RecordedExtremes(scratch("extremes.npz"), units: units, limit: limit, rows: 0..<rows)
    let whole = LayerExtremes(units: units, limit: limit)
    for _ in 0..<2 {
      for unit in 0..<units {
        let ends = try file.ends(ofUnit: unit)
        claim(ends.low.count <= limit && ends.high.count <= limit, "more images than the limit")
        let statistics = file.statistics(ofUnit: unit)
        claim((0...rows).contains(statistics.count), "more images than there are")
        claim(file.sample(ofUnit: unit).count == file.sampleRows.count, "a sample of other rows")
        whole.absorb(
          low: ends.low, high: ends.high, digits: file.digits(ofUnit: unit), count: statistics.count,
          nonPositive: statistics.nonPositive, intoUnit: unit)
      }
    }
    let sample = SampledValues(rows: file.sampleRows) { $0.flatMap(file.sample(ofUnit:)) }
    try whole.write(to: scratch("whole.npz"), sample: sample)
    let snapshot = bytes.data
    try scratch.write(snapshot, to: "snapshot")
    _ = ExtremesSnapshot.read(scratch("snapshot"), bytes: whole.bytes.count)
  }
}
