import Dumps
import Foundation
import FoundationXML
import Images
import Machine
import Study
import TestSupport
import Testing
import Units

struct ExemplarTests {
  private struct Vectors: Decodable { let cases: [Case] }

  struct Case: Decodable, CustomTestStringConvertible {
    struct Unit: Decodable {
      struct Side: Decodable { let ranks: [[Int]], rows: [[Int]] }
      let min: Side, max: Side
    }
    let name: String, rows: Int, skipped: [Int], batches: Int, startMin: Int, stopMax: Int, seed: UInt32
    let condition: String?, scaled: Bool
    let units: [Unit]
    var testDescription: String { name }

    func dump(in folder: TemporaryFolder) throws -> SyntheticDump {
      let array = try Data(contentsOf: Fixture.folder.appending(path: "exemplars/\(name).npy"))
      return try SyntheticDump(
        array, rows: rows, columns: units.count, skipped: Set(skipped), in: folder)
    }

    func request(_ dump: SyntheticDump, _ output: String) -> ExemplarRequest {
      let units = LayerUnits(
        layer: SyntheticDump.layer, units: Array(SyntheticDump.channels.prefix(units.count)))
      var request = ExemplarRequest(dump: dump.path, units: [units], output: output)
      if let condition = condition.flatMap({ ExemplarCondition(rawValue: $0) }) {
        request.windows = .condition(condition)
      } else {
        request.windows = .ranks(startMin: startMin, stopMax: stopMax)
        request.extra = "mine"
      }
      // A scaled request determines the number of batches itself.
      request.batches = scaled ? nil : batches
      (request.scaled, request.seed, request.threads) = (scaled, seed, 3)
      return request
    }
  }

  static let cases = (try? Fixture.json("exemplars.json", as: Vectors.self).cases) ?? []

  private func small() throws -> Case { try #require(Self.cases.first { $0.name == "ranks" }) }

  @Test(
    "references, queries and batches are those NumPy chooses, with their ranks and activations",
    arguments: cases)
  func choices(_ expected: Case) throws {
    let folder = try TemporaryFolder()
    let dump = try expected.dump(in: folder)
    var request = expected.request(dump, folder("stimuli"))
    request.writesPictures = false
    let run = try ExemplarRun(request)
    #expect(run.windows.startMin == expected.startMin && run.windows.stopMax == expected.stopMax)
    _ = try #require(try run.run())
    let map = try ExemplarMap.read("\(run.folder)/exemplars.json")
    #expect(map.windows.batches == expected.batches && map.units.count == expected.units.count)
    let layer = try RecordedDump(opening: dump.path).layer(named: SyntheticDump.layer)
    for (column, (unit, choice)) in zip(map.units, expected.units).enumerated() {
      #expect(unit.unit == "features_3_squeeze__\(SyntheticDump.channels[column])")
      let values = try layer.values(ofColumn: column)
      for (batches, side) in [(unit.min, choice.min), (unit.max, choice.max)] {
        #expect(batches.map { $0.map(\.rank) } == side.ranks)
        #expect(batches.map { $0.map(\.row) } == side.rows)
        for exemplar in batches.joined() {
          #expect(exemplar.activation == values[exemplar.row])
          #expect(exemplar.image == SyntheticDump.image(exemplar.row))
        }
      }
    }
  }

  @Test(
    "pictures are in the folders that the study's tools expect, show the chosen images, and are the same in a second run"
  )
  func pictures() throws {
    let folder = try TemporaryFolder()
    let expected = try small()
    let dump = try expected.dump(in: folder)
    var request = expected.request(dump, folder("one"))
    (request.writesGrids, request.writesHistograms) = (true, true)
    let summary = try #require(try ExemplarRun(request).run())
    (request.output, request.threads, request.hardLinks) = (folder("two"), 1, false)
    _ = try ExemplarRun(request).run()
    let (one, two) = (try folder.files(below: "one"), try folder.files(below: "two"))
    #expect(one == two)
    #expect(one.count == summary.written + 2 * expected.units.count + 2)
    #expect(summary.written == expected.units.count * expected.batches * 20)

    let transform = DisplayTransform()
    let decoder = ImageDecoder()
    for (unit, channel) in zip(expected.units, SyntheticDump.channels) {
      for (side, rows) in [("min", unit.min.rows), ("max", unit.max.rows)] {
        for (batch, images) in rows.enumerated() {
          for (index, row) in images.enumerated() {
            let name =
              "squeezenet1_1_mine/features_3_squeeze/channel_\(channel)/natural_images/batch_\(batch)/\(side)_\(index).png"
            let written = try decoder.decode(contentsOf: folder("one/\(name)")).rgb
            let shown = try transform.picture(of: folder("images/\(SyntheticDump.image(row))")).rgb
            #expect(written == shown, "\(name)")
          }
        }
      }
    }
    let map = try #require(
      try JSONSerialization.jsonObject(with: one["squeezenet1_1_mine/file_map.json"] ?? Data())
        as? [String: [String: [String: [String: String]]]])
    let first = map["squeezenet1_1_mine"]?["features_3_squeeze/channel_3"]?["batch_2"]?["max_9.png"]
    #expect(first == SyntheticDump.image(expected.units[0].max.rows[2][9]))
  }

  @Test(
    "the grid shows the nine lowest on the left and the nine highest on the right, the most extreme first")
  func grid() throws {
    let folder = try TemporaryFolder()
    let expected = try small()
    let dump = try expected.dump(in: folder)
    var request = expected.request(dump, folder("stimuli"))
    (request.writesGrids, request.writesPictures) = (true, false)
    _ = try ExemplarRun(request).run()
    let grid = try ImageDecoder().decode(
      contentsOf: folder("stimuli/squeezenet1_1_mine/features_3_squeeze/channel_0/grid.png"))
    #expect(grid.width == 720 && grid.height == 352)
    let layer = try RecordedDump(opening: dump.path).layer(named: SyntheticDump.layer)
    let values = try layer.values(ofColumn: 1)
    let rows = values.indices.filter { !values[$0].isNaN }.sorted { (values[$0], $0) < (values[$1], $1) }
    let transform = DisplayTransform()
    for (left, rows) in [(4, rows.prefix(9)), (372, rows.suffix(9).reversed().prefix(9))] {
      for (place, row) in rows.enumerated() {
        let picture = try transform.picture(of: folder("images/\(SyntheticDump.image(row))")).rgb
        // The middle of each cell is the mean of four pixels.
        let (x, y) = (left + place % 3 * 116 + 56, 4 + place / 3 * 116 + 56)
        for colour in 0..<3 {
          let at = 3 * (112 * 224 + 112) + colour
          let four = [0, 3, 672, 675].reduce(0) { $0 + Int(picture[at + $1]) }
          #expect(Int(grid.rgb[3 * (y * grid.width + x) + colour]) == (four + 2) / 4)
        }
      }
    }
  }

  @Test("a histogram is an XML drawing that counts every image, even for a constant unit")
  func histogram() throws {
    let folder = try TemporaryFolder()
    let expected = try #require(Self.cases.first { $0.name == "easy-skipped" })
    let dump = try expected.dump(in: folder)
    var request = expected.request(dump, folder("stimuli"))
    (request.writesHistograms, request.writesPictures) = (true, false)
    _ = try ExemplarRun(request).run()
    for channel in SyntheticDump.channels {
      let path = folder("stimuli/squeezenet1_1_/features_3_squeeze/channel_\(channel)/histogram.svg")
      let parser = Drawing()
      #expect(parser.parse(path))
      #expect(parser.text.contains("features.3.squeeze__\(channel)"))
      #expect(parser.text.contains("Activations of 126 images"))
      #expect(parser.classes["bar", default: 0] == (channel == 15 ? 1 : parser.classes["bar"]))
      for band in ["low", "low query", "high query", "high"] { #expect(parser.classes[band] == 1) }
    }
  }

  @Test("an interrupted run resumes to the same bytes; an incomplete file does not count")
  func resume() throws {
    let folder = try TemporaryFolder()
    let expected = try small()
    let dump = try expected.dump(in: folder)
    var request = expected.request(dump, folder("whole"))
    _ = try ExemplarRun(request).run()
    request.output = folder("parts")
    let progress = RunProgress(cancellingAfter: 7)
    #expect(try ExemplarRun(request).run(progress: progress) == nil)
    #expect(Disk.isDirectory(folder("parts/squeezenet1_1_mine/exemplars.json")) == nil)
    #expect(throws: Failure.self) { try ExemplarRun(request) }
    let written = try folder.files(below: "parts").filter { $0.key.hasSuffix(".png") }
    #expect(!written.isEmpty && written.count < expected.units.count * expected.batches * 20)
    // A power loss may leave a file's name and only some of its bytes.
    let victim = try #require(written.first)
    try folder.write(victim.value.dropLast(5), to: "parts/\(victim.key)")
    request.existing = .resume
    let summary = try #require(try ExemplarRun(request).run())
    #expect(summary.written > 0 && summary.written < expected.units.count * expected.batches * 20)
    #expect(try folder.files(below: "parts") == folder.files(below: "whole"))
    // A resumed run has nothing left to do.
    #expect(try ExemplarRun(request).run()?.written == 0)
    request.seed += 1
    let error = #expect(throws: Failure.self) { try ExemplarRun(request).run() }
    #expect(error?.kind == .badData)
    #expect(try folder.files(below: "parts") == folder.files(below: "whole"))
  }

  @Test("exemplars resume with the Pillow version they began with; a map without a version means 12")
  func pillow() throws {
    let folder = try TemporaryFolder()
    let expected = try small()
    let dump = try expected.dump(in: folder)
    var request = expected.request(dump, folder("new"))
    _ = try ExemplarRun(request).run()
    let path = "squeezenet1_1_mine/exemplars.json"
    #expect(try ExemplarMap.read(folder("new/\(path)")).pillow == 13)
    (request.output, request.pillow) = (folder("old"), .v12)
    _ = try ExemplarRun(request).run()
    #expect(try ExemplarMap.read(folder("old/\(path)")).pillow == 12)
    func resume(_ pillow: PillowVersion?) throws {
      (request.existing, request.pillow) = (.resume, pillow)
      #expect(try ExemplarRun(request).run()?.written == 0)
    }
    try resume(nil)
    #expect(throws: Failure.self) { try resume(.v13) }
    let text = try String(contentsOfFile: folder("old/\(path)"), encoding: .utf8)
    try folder.write(text.replacing("  \"pillow\" : 12,\n", with: "").utf8, to: "old/\(path)")
    #expect(try ExemplarMap.read(folder("old/\(path)")).pillow == nil)
    #expect(throws: Failure.self) { try resume(.v13) }
    try resume(nil)
    #expect(try ExemplarMap.read(folder("old/\(path)")).pillow == 12)
  }

  @Test("overwriting removes all files of other windows")
  func overwrite() throws {
    let folder = try TemporaryFolder()
    let expected = try small()
    let dump = try expected.dump(in: folder)
    var request = expected.request(dump, folder("stimuli"))
    _ = try ExemplarRun(request).run()
    try folder.write(
      [1], to: "stimuli/squeezenet1_1_mine/features_3_squeeze/channel_3/optimized_images/max_0.png")
    let error = #expect(throws: Failure.self) { try ExemplarRun(request) }
    #expect(error?.kind == .cannotCreate)
    (request.batches, request.existing) = (1, .overwrite)
    _ = try ExemplarRun(request).run()
    let files = try folder.files(below: "stimuli/squeezenet1_1_mine").keys
    #expect(files.filter { $0.contains("natural_images/batch_0/") }.count == expected.units.count * 20)
    #expect(!files.contains { $0.contains("batch_1") })
    #expect(files.contains { $0.contains("optimized_images") })
  }

  @Test("an impossible choice is an error that gives the reason")
  func errors() throws {
    let folder = try TemporaryFolder()
    let expected = try small()
    let dump = try expected.dump(in: folder)
    let request = expected.request(dump, folder("stimuli"))
    func kind(_ change: (inout ExemplarRequest) -> Void) -> Failure.Kind? {
      var changed = request
      change(&changed)
      let error = #expect(throws: Failure.self) { try ExemplarRun(changed).run() }
      return error?.kind
    }
    #expect(kind { $0.batches = 20 } == .usage)
    #expect(kind { $0.extra = nil } == .usage)
    #expect(kind { $0.extra = "a/b" } == .usage)
    #expect(kind { $0.units = [] } == .usage)
    #expect(kind { $0.dump = folder("nothing") } == .inputMissing)
    #expect(kind { $0.images = folder("nothing") } == .inputMissing)
    #expect(kind { $0.units[0].units = [4] } == .badData)
    #expect(throws: (any Error).self) {
      var changed = request
      changed.units = [LayerUnits(layer: "features.4.squeeze", units: [0])]
      _ = try ExemplarRun(changed).run()
    }
    // The error names an image that no longer exists.
    let row = expected.units[0].min.rows[0][0]
    try FileManager.default.removeItem(atPath: folder("images/\(SyntheticDump.image(row))"))
    let error = #expect(throws: ImageError.self) { try ExemplarRun(request).run() }
    #expect(error?.path.hasSuffix(SyntheticDump.image(row)) == true && error?.fault == .missing)
  }

  @Test("a unit without a number for a recorded image is refused")
  func notANumber() throws {
    let folder = try TemporaryFolder()
    let expected = try small()
    var array = try Data(contentsOf: Fixture.folder.appending(path: "exemplars/ranks.npy"))
    // The bytes are those of the second column of row 5.
    array.replaceSubrange(128 + 4 * 11..<128 + 4 * 12, with: [0, 0, 0xC0, 0x7F])
    let dump = try SyntheticDump(array, rows: 200, columns: 2, skipped: [3], in: folder)
    let error = #expect(throws: Failure.self) {
      try ExemplarRun(expected.request(dump, folder("stimuli"))).run()
    }
    #expect(error?.kind == .badData && error?.message.contains("features.3.squeeze__0") == true)
  }
}

/// The elements of a drawing.
private final class Drawing: NSObject, XMLParserDelegate {
  var text = ""
  var classes: [String: Int] = [:]

  func parse(_ path: String) -> Bool {
    guard let parser = XMLParser(contentsOf: URL(filePath: path)) else { return false }
    parser.delegate = self
    return parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    if name == "rect" { classes[attributes["class"] ?? "", default: 0] += 1 }
  }

  func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
}
