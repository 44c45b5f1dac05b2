import Foundation
import TestSupport
import Testing

@testable import Dumps
@testable import Formats
@testable import Machine
@testable import Recording
@testable import Units

/// Tests of half-precision matrices, and of unit-major matrices.
struct FormatTests {
  private let folder: TemporaryFolder
  private let images: String

  init() throws {
    folder = try TemporaryFolder()
    images = try imageFolder(count: 22, in: folder)
  }

  private func request(_ output: String, _ type: ValueType, unitMajor: Bool) throws -> DumpRequest {
    var request = try DumpRequest.squeezeNet(
      images: images, output: folder(output),
      layers: [.init(layer: "features.3.squeeze"), .init(layer: "classifier.1", units: [7, 900, 3])])
    (request.batchSize, request.threads) = (2, 2)
    (request.valueType, request.isUnitMajor) = (type, unitMajor)
    return request
  }

  private func files(_ name: String) throws -> [String: Data] {
    var files = try folder.files(below: name)
    files["manifest.json"] = nil
    return files
  }

  @Test(
    "the numbers are those of a plain dump, rounded or transposed", arguments: ValueType.allCases,
    [false, true])
  func numbers(type: ValueType, unitMajor: Bool) throws {
    _ = try Dump(try request("plain", .float32, unitMajor: false)).run()
    _ = try Dump(try request("other", type, unitMajor: unitMajor)).run()
    #expect(try files("plain")["logits.npy"] == files("other")["logits.npy"])
    let (plain, other) = (
      try RecordedDump(opening: folder("plain")), try RecordedDump(opening: folder("other"))
    )
    for (a, b) in zip(plain.layers, other.layers) {
      let units = a.units.count
      let data = try #require(try files("other")["activations/\(a.name).npy"])
      let shape = unitMajor ? "(\(units), 22)" : "(22, \(units))"
      let header =
        "{'descr': '<\(type == .float32 ? "f4" : "f2")', 'fortran_order': False, 'shape': \(shape), }"
      #expect(String(decoding: data[10..<10 + header.utf8.count], as: UTF8.self) == header)
      let size = type == .float32 ? 4 : 2
      #expect(data.count == 128 + 22 * units * size)
      for column in 0..<units {
        let values = try a.values(ofColumn: column).map { type == .float32 ? $0 : Float(Float16($0)) }
        #expect(try b.values(ofColumn: column) == values)
        for row in 0..<22 {
          let place = 128 + size * (unitMajor ? column * 22 + row : row * units + column)
          let bits = (0..<size).reduce(UInt32(0)) { $0 | UInt32(data[place + $1]) << UInt32(8 * $1) }
          #expect(bits == (size == 4 ? values[row].bitPattern : UInt32(Float16(values[row]).bitPattern)))
        }
      }
      // Several columns are read at a time, beginning after the first.
      var columns: [Int] = []
      try b.forEachColumn(in: 1..<units, memory: 200) { column, values in
        columns.append(column)
        let expected = try b.values(ofColumn: column)
        #expect(values.withUnsafeBufferPointer { Array($0) } == expected)
      }
      #expect(columns == Array(1..<units))
    }
  }

  @Test(
    "dumps of every format resume, check and merge to the bytes of one run", arguments: ValueType.allCases,
    [false, true])
  func parts(type: ValueType, unitMajor: Bool) throws {
    _ = try Dump(try request("whole", type, unitMajor: unitMajor)).run()
    var stopped = try request("stopped", type, unitMajor: unitMajor)
    (stopped.existing, stopped.threads) = (.resume, 1)
    _ = try Dump(stopped).run(progress: RunProgress(cancellingAfter: 4))
    let check = try DumpCheck(folder("stopped"))
    #expect(check.done >= 4 && check.done < 22 && check.changed == 0)
    let lines = try #require(try files("stopped")["journal.tsv"]).split(separator: 10)
      .filter { !String(decoding: $0, as: UTF8.self).contains("\tsynced\t") }
    try folder.write(lines.flatMap { $0 + [10] }, to: "stopped/journal.tsv")
    // One lost number of the first row that was written is detected.
    var data = try #require(try files("stopped")["activations/features.3.squeeze.npy"])
    data[128] ^= 1
    try folder.write(data, to: "stopped/activations/features.3.squeeze.npy")
    #expect(try DumpCheck(folder("stopped")).changed > 0)
    #expect(try Dump(stopped).run().state == .complete)
    #expect(try files("stopped") == files("whole"))

    for index in 0..<3 {
      var part = try request("shards/\(index)", type, unitMajor: unitMajor)
      part.shard = try Shard(index: index, count: 3)
      _ = try Dump(part).run()
    }
    _ = try Merge([folder("shards")], into: folder("merged")).run()
    #expect(try files("merged") == files("whole"))
    #expect(try DumpCheck(folder("merged")).isIntact)
  }

  @Test("a dump of one format is not resumed as another")
  func differences() throws {
    _ = try Dump(try request("out", .float32, unitMajor: false)).run(
      progress: RunProgress(cancellingAfter: 2))
    for (type, unitMajor, words) in [
      (ValueType.float16, false, "dtype <f4, not <f2"), (.float32, true, "order image-major, not unit-major"),
    ] {
      var other = try request("out", type, unitMajor: unitMajor)
      other.existing = .resume
      let error = #expect(throws: Failure.self) { try Dump(other).run() }
      #expect(error?.message.contains(words) == true)
    }
  }
}
