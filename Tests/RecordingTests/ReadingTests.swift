import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Dumps
@testable import Formats
@testable import Machine
@testable import Recording
@testable import Statistics
@testable import Tensor
@testable import Units

/// Tests that read dumps back.
struct ReadingTests {
  private func recorded(_ layers: [LayerUnits], reduction: Reduction = .mean) throws -> (
    folder: TemporaryFolder, dump: RecordedDump
  ) {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 9, in: folder)
    try folder.write("junk".utf8, to: "images/\(ImageNet.synsets[1])/z.png")
    var request = try DumpRequest.squeezeNet(images: images, output: folder("out"), layers: layers)
    (request.onError, request.reduction) = (.skip, reduction)
    _ = try Dump(request).run()
    return (folder, try RecordedDump(opening: folder("out")))
  }

  @Test("columns and images are read back as they were recorded")
  func columns() throws {
    let (folder, dump) = try recorded([
      .init(layer: "features.3.squeeze"), .init(layer: "classifier.1", units: [7, 3, 900]),
    ])
    #expect(dump.images.count == 10 && dump.images.recordedCount == 9)
    let skipped = try #require((0..<10).first { !dump.images.isRecorded($0) })
    #expect(dump.images.path(ofRow: skipped).hasSuffix("/z.png"))
    #expect(dump.images.status(ofRow: skipped).hasPrefix("skipped: "))
    #expect(dump.images.label(ofRow: 0) == 0)
    let layer = try dump.layer(named: "classifier_1")
    #expect(layer.units == [7, 3, 900] && layer.column(ofUnit: 900) == 2 && layer.column(ofUnit: 1) == nil)
    for layer in dump.layers {
      let whole = try NPYFile.read(folder("out/activations/\(layer.name).npy"))
      // The memory suffices for one column, for some, and for all.
      for memory in [1, 4 * 10 * 5, 1 << 20] {
        var seen = 0
        try layer.forEachColumn(in: 1..<layer.units.count, memory: memory) { column, values in
          seen += 1
          #expect(column == seen && values.count == 10)
          for row in 0..<10 {
            let expected = whole.withUnsafeBufferPointer { $0[row * layer.units.count + column] }
            #expect(values[row].bitPattern == expected.bitPattern)
          }
        }
        #expect(seen == layer.units.count - 1)
      }
      #expect(try layer.values(ofColumn: 0)[skipped].isNaN)
    }
    #expect(throws: UnknownName.self) { try dump.layer(named: "features.3.squeezed") }
  }

  @Test("every rank is that of a sort by value and row")
  func ranks() {
    var generator = SplitMix(seed: 5)
    var ranker = ImageRanker()
    for count in [0, 1, 2, 3, 17, 1000, 5000] {
      for kind in 0..<4 {
        let values = (0..<count).map { _ -> Float in
          switch kind {
          case 0: Float(generator.nextUnit() - 0.5) * 1e3
          case 1: Float(Int(generator.nextUnit() * 4)) - 1  // many ties
          case 2:
            [0, -0.0, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude][
              Int(generator.nextUnit() * 7)]
          default: 2
          }
        }
        let expected = values.indices.filter { !values[$0].isNaN }
          .sorted { (values[$0], $0) < (values[$1], $1) }
        let ranking = ranker.rank(values.span)
        #expect(ranking.count == expected.count && ranking.isComplete)
        #expect(ranking.lowest(count).map(\.row) == expected)
        #expect(ranking.highest(7).map(\.row) == Array(expected.reversed().prefix(7)))
        #expect(ranking.lowest(count).allSatisfy { $0.value == values[$0.row] })
        let ends = ranker.ends(of: values.span, keeping: 5)
        #expect(ends.lowest(9).map(\.row) == Array(expected.prefix(expected.count <= 10 ? 9 : 5)))
        #expect(ends.highest(3).map(\.row) == Array(expected.reversed().prefix(3)))
        if expected.count > 10 { #expect(ends[5] == nil && !ends.isComplete) }
      }
    }
  }

  @Test("statistics leave NaN out")
  func statistics() {
    let values: [Float] = [1, .nan, -3, 0, 4, .nan]
    let found = UnitStatistics(of: values.span)
    #expect(
      found == UnitStatistics(count: 4, minimum: -3, maximum: 4, mean: 0.5, variance: 6.25, nonPositive: 2))
    #expect(!found.isConstant && found.sparsity == 0.5)
    let none = [Float.nan].withUnsafeBufferPointer { UnitStatistics(of: $0.span) }
    #expect(none.count == 0 && none.mean.isNaN && !none.isConstant && !none.isNeverPositive)
  }

  @Test("an incomplete dump, or one that does not match its manifest, is refused with a reason")
  func refusals() throws {
    let (folder, dump) = try recorded([.init(layer: "features.3.squeeze")])
    func refusal(_ body: () throws -> Void) -> String {
      do {
        try body()
        return ""
      } catch { return "\(error)" }
    }
    let file = "out/activations/features.3.squeeze.npy"
    let bytes = try #require(FileManager.default.contents(atPath: folder(file)))
    try folder.write(bytes.dropLast(), to: file)
    #expect(refusal { _ = try dump.layers[0].values(ofColumn: 0) }.contains("is not the array"))
    try folder.write("row\n0\ta\t\tok\n".utf8, to: "out/images.tsv")
    #expect(refusal { _ = try RecordedDump(opening: folder("out")) }.contains("does not begin"))
    try folder.write("row\tpath\tlabel\tstatus\n0\ta\tx\tok\n".utf8, to: "out/images.tsv")
    #expect(refusal { _ = try RecordedDump(opening: folder("out")) }.contains("line 2"))
    #expect(refusal { _ = try RecordedDump(opening: folder("images")) }.contains("no manifest.json"))
    let positions = try recorded([.init(layer: "features.3.squeeze")], reduction: .none)
    #expect(refusal { _ = try positions.dump.layers[0].values(ofColumn: 0) }.contains("'reduce mean'"))
  }
}
