import Foundation
import TestSupport
import Testing

@testable import Atlas
@testable import Datasets
@testable import Dumps
@testable import Formats
@testable import Images
@testable import Inference
@testable import Machine
@testable import Models
@testable import Recording
@testable import Tensor
@testable import Units

/// Tests of whole atlases of small dumps.
struct AtlasTests {
  /// A dump of SqueezeNet with generated weights, over images of two classes and a file that is not an image.
  private struct Case {
    let folder: TemporaryFolder
    static let layers = ["features.3.squeeze", "features.4.expand3x3", "classifier.1"]

    init(count: Int = 14, _ change: (inout DumpRequest) -> Void = { _ in }) throws {
      folder = try TemporaryFolder()
      for index in 0..<count {
        let image = PNG.photograph(width: 40 + index % 5, height: 50 - index % 7, seed: UInt64(index))
        try folder.write(image, to: "images/\(ImageNet.synsets[index % 2])/\(index).png")
      }
      try folder.write("not an image".utf8, to: "images/\(ImageNet.synsets[0])/broken.png")
      var request = DumpRequest(
        model: try Model.named("squeezenet1_1"), weights: .seeded(1), images: folder("images"),
        output: folder("dump"),
        layers: Self.layers.map { LayerUnits(layer: $0) })
      request.onError = .skip
      change(&request)
      _ = try Dump(request).run()
    }

    func request(_ output: String = "atlas") -> AtlasRequest {
      AtlasRequest(dump: folder("dump"), output: folder(output))
    }

    /// Changes the manifest.
    func edit(_ change: (inout [String: Any]) -> Void) throws {
      let path = folder("dump/manifest.json")
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      let object = try JSONSerialization.jsonObject(with: data)
      var manifest = try #require(object as? [String: Any])
      change(&manifest)
      try JSONSerialization.data(withJSONObject: manifest).write(to: URL(fileURLWithPath: path))
    }

    func edit(layer index: Int, _ change: (inout [String: Any]) -> Void) throws {
      try edit { manifest in
        guard var layers = manifest["layers"] as? [[String: Any]] else { return }
        change(&layers[index])
        manifest["layers"] = layers
      }
    }
  }

  /// Returns the data that a layer's script passes to its page.
  private func data(_ folder: TemporaryFolder, _ path: String) throws -> [String: Any] {
    var text = try String(contentsOfFile: folder(path), encoding: .utf8)
    #expect(text.hasPrefix("atlas.layer({") && text.hasSuffix("});\n"))
    text = String(text.dropFirst("atlas.layer(".count).dropLast(3))
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(object as? [String: Any])
  }

  private func unpack<T: FixedWidthInteger>(_ value: Any?, as type: T.Type) throws -> [T] {
    let text = try #require(value as? String)
    let bytes = try #require(Data(base64Encoded: text))
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / MemoryLayout<T>.size).map {
        T(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self))
      }
    }
  }

  @Test(
    "the pages show every unit with the images of the recorded matrix, and a second run gives the same bytes")
  func contents() throws {
    let test = try Case()
    let summary = try #require(try Atlas(test.request()).run())
    #expect(summary.layers == 3 && summary.units == 16 + 64 + 1000)
    #expect(summary.images == 14 && summary.missing == 0)
    let files = try test.folder.files(below: "atlas")
    #expect(summary.bytes + (files["atlas.json"]?.count ?? 0) == files.values.reduce(0) { $0 + $1.count })
    #expect(files.keys.filter { $0.hasSuffix(".jpg") }.count == 14)

    for threads in [1, 3] {
      var again = test.request("again\(threads)")
      again.threads = threads
      #expect(try Atlas(again).run() != nil)
      #expect(try test.folder.files(below: "again\(threads)") == files)
    }

    let array = try Data(
      contentsOf: URL(fileURLWithPath: test.folder("dump/activations/features.3.squeeze.npy")))
    let values = array.dropFirst(128).withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    let layer = try data(test.folder, "atlas/layers/features.3.squeeze.js")
    #expect(layer["count"] as? Int == 14 && layer["kept"] as? Int == 9)
    let rows = try unpack(layer["rows"], as: UInt32.self)
    let high = try unpack(layer["high"], as: UInt32.self)
    let highValues = try unpack(layer["highValues"], as: UInt32.self).map(Float.init(bitPattern:))
    let low = try unpack(layer["low"], as: UInt32.self)
    let recorded = rows.filter { !values[16 * Int($0)].isNaN }
    #expect(recorded.count == 14 && rows.count == 14)
    for unit in 0..<16 {
      let order = recorded.sorted { values[16 * Int($0) + unit] > values[16 * Int($1) + unit] }
      let shown = high[9 * unit..<9 * unit + 9].map { rows[Int($0)] }
      #expect(shown == Array(order.prefix(9)))
      #expect(low[9 * unit..<9 * unit + 9].map { rows[Int($0)] } == Array(order.reversed().prefix(9)))
      #expect(Array(highValues[9 * unit..<9 * unit + 9]) == shown.map { values[16 * Int($0) + unit] })
    }
    // The file that is not an image is left out, and all later images keep their rows.
    let table = try String(contentsOfFile: test.folder("dump/images.tsv"), encoding: .utf8).split(
      separator: "\n")
    let broken = try #require(table.firstIndex { $0.contains("broken.png") }) - 1
    #expect(!rows.contains(UInt32(broken)) && rows.max() == 14)
    let folded = try #require(layer["paths"] as? [String])
    #expect(folded.count == 14)
    #expect(layer["labelNames"] as? [String] == Array(ImageNet.names.prefix(2)))
  }

  @Test(
    "extremes of every image and unit-major matrices give the matrix's pages; half precision gives as many pages"
  )
  func storages() throws {
    func scripts(_ change: (inout DumpRequest) -> Void) throws -> [String: Data] {
      let test = try Case(count: 14, change)
      _ = try Atlas(test.request()).run()
      return try test.folder.files(below: "atlas").filter { $0.key.hasPrefix("layers/") }
    }
    let matrix = try scripts { _ in }
    #expect(matrix.count == 6)
    #expect(try scripts { $0.keep = .extremes(7) } == matrix)
    #expect(try scripts { $0.isUnitMajor = true } == matrix)
    #expect(try scripts { $0.valueType = .float16 }.count == 6)
  }

  @Test("for extremes the ends are exact, a sample represents the rest, and the page says so")
  func extremes() throws {
    let whole = try Case(count: 40)
    let some = try Case(count: 40) { ($0.keep, $0.sampleRows) = (.extremes(5), 20) }
    for test in [whole, some] { _ = try Atlas(test.request()).run() }
    let all = try data(whole.folder, "atlas/layers/features.3.squeeze.js")
    let ends = try data(some.folder, "atlas/layers/features.3.squeeze.js")
    #expect(ends["kept"] as? Int == 5 && ends["count"] as? Int == 40)
    #expect(ends["isSampled"] as? Bool == true && all["isSampled"] as? Bool == false)
    for name in [
      "minimum", "maximum", "mean", "nonPositive", "neverPositive", "dead", "constant", "channels",
    ] {
      #expect(ends[name] as? String == all[name] as? String, "\(name)")
    }
    let best = try unpack(all["highValues"], as: UInt32.self)
    let kept = try unpack(ends["highValues"], as: UInt32.self)
    for unit in 0..<16 {
      #expect(Array(best[9 * unit..<9 * unit + 5]) == Array(kept[5 * unit..<5 * unit + 5]))
    }
    let histogram = try unpack(ends["histogram"], as: UInt16.self)
    let sampled = try #require(ends["histogramCount"] as? Int)
    #expect((18...20).contains(sampled))
    #expect((0..<16).allSatisfy { histogram[40 * $0..<40 * $0 + 40].reduce(0, +) == UInt16(sampled) })
    let page = try String(
      contentsOfFile: some.folder("atlas/layers/features.3.squeeze.html"), encoding: .utf8)
    #expect(page.contains("a sample of \(sampled) images"))
  }

  @Test(
    "a unit is called dead if the dump determines it; otherwise the page says so, and how to find out")
  func dead() throws {
    let layer = "features.12.expand3x3"
    func atlas(_ change: (inout DumpRequest) -> Void = { _ in }) throws -> (
      data: [String: Any], page: String, index: String
    ) {
      let test = try Case {
        $0.layers = [LayerUnits(layer: layer)]
        change(&$0)
      }
      _ = try Atlas(test.request()).run()
      func text(_ path: String) throws -> String {
        try String(contentsOfFile: test.folder("atlas/\(path)"), encoding: .utf8)
      }
      return try (
        data(test.folder, "atlas/layers/\(layer).js"), text("layers/\(layer).html"), text("index.html")
      )
    }
    func bytes(_ atlas: (data: [String: Any], page: String, index: String), _ name: String) throws -> [UInt8]
    {
      try unpack(atlas.data[name], as: UInt8.self)
    }
    let (plain, measured, largest) = try (
      atlas(), atlas { $0.baselines = true }, atlas { $0.reduction = .max }
    )
    let never = try bytes(plain, "neverPositive")
    #expect(try bytes(plain, "dead") == never.map { $0 == 1 ? 255 : 0 } && never.contains(1))
    let dead = try bytes(measured, "dead")
    #expect(dead.contains(0) && dead.contains(1) && !dead.contains(255) && dead != never)
    #expect(try bytes(largest, "dead") == dead && bytes(largest, "neverPositive") == dead)

    let unknown = never.count { $0 == 1 }
    for text in [plain.page, plain.index] {
      #expect(text.contains("\(unknown) units are never positive on average; this recording does not say"))
      #expect(text.contains("with &#39;baselines&#39;"))
    }
    #expect(plain.index.contains("<td class=\"n\">not known</td>"))
    #expect(plain.index.contains("<td class=\"n constant-cell\">\(unknown)</td>"))
    #expect(!plain.page.contains("value=\"dead\"") && !plain.page.contains("value=\"alive\""))
    #expect(plain.page.contains(">Never positive on average</option>"))
    #expect(plain.data["neverPositiveName"] as? String == "never positive on average")
    for atlas in [measured, largest] {
      #expect(!(atlas.page + atlas.index).contains("does not say"))
      #expect(atlas.index.contains("<td class=\"n\">\(dead.count { $0 == 1 })</td>"))
      #expect(atlas.page.contains("value=\"dead\"") && atlas.page.contains("value=\"alive\""))
    }
    #expect(largest.page.contains(">Never positive</option>"))
  }

  @Test("a thumbnail shows the crop that the network saw, in the requested size")
  func thumbnails() throws {
    let test = try Case()
    var request = test.request()
    request.thumbnailSize = 33
    _ = try Atlas(request).run()
    let decoder = ImageDecoder()
    let row = 3
    let table = try String(contentsOfFile: test.folder("dump/images.tsv"), encoding: .utf8).split(
      separator: "\n")
    let path = String(table[row + 1].split(separator: "\t")[1])
    let thumbnail = try decoder.decode(contentsOf: test.folder("atlas/thumbnails/0000/\(row).jpg"))
    #expect(thumbnail.width == 33 && thumbnail.height == 33)
    let size = 33
    let side = Int((Double(size) * 256 / 224).rounded())
    let seen = Preprocessor(
      Preprocessing(resize: side, filter: .bicubic, crop: size, normalization: .offset([0, 0, 0])))
    var pixels = [Float](repeating: 0, count: 3 * size * size)
    let image = try ImageDecoder().decode(contentsOf: test.folder("images/\(path)"))
    pixels.withUnsafeMutableBufferPointer { seen.apply(to: image, layout: .channelsLast, into: $0) }
    let squares = zip(pixels, thumbnail.rgb).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
    // The bound is above the noise of quality 85 on a noisy image. The distance of another image, or of a
    // shifted one, is several times as large.
    #expect((squares / Double(pixels.count)).squareRoot() < 16)
  }

  @Test("missing images are counted and marked, and are no failure")
  func missing() throws {
    let test = try Case()
    for name in ["\(ImageNet.synsets[0])/2.png", "\(ImageNet.synsets[1])/3.png"] {
      try FileManager.default.removeItem(atPath: test.folder("images/\(name)"))
    }
    try test.folder.write("no image".utf8, to: "images/\(ImageNet.synsets[1])/3.png")
    let summary = try #require(try Atlas(test.request()).run())
    #expect(summary.images == 14 && summary.missing == 2)
    let files = try test.folder.files(below: "atlas")
    let marks = String(decoding: try #require(files["missing.js"]), as: UTF8.self)
    let table = try String(contentsOfFile: test.folder("dump/images.tsv"), encoding: .utf8).split(
      separator: "\n")
    for name in ["/2.png", "/3.png"] {
      let row = try #require(table.firstIndex { $0.contains(name) }) - 1
      #expect(marks.contains("[\(row),\(row)]"), "\(marks)")
      #expect(files["thumbnails/0000/\(row).jpg"] == nil)
    }
    var elsewhere = test.request("elsewhere")
    elsewhere.images = test.folder("nowhere")
    #expect(throws: Failure.self) { try Atlas(elsewhere) }
    elsewhere.images = nil
    try FileManager.default.removeItem(atPath: test.folder("images"))
    let lost = try #require(try Atlas(elsewhere).run())
    #expect(lost.missing == 14)
    #expect(
      try String(contentsOfFile: test.folder("elsewhere/missing.js"), encoding: .utf8).hasPrefix(
        "atlas.missing([[0,"))
  }

  @Test("layers are chosen by names and patterns, and names of missing layers are reported")
  func selection() throws {
    let test = try Case()
    var request = test.request()
    request.layers = "classifier_1,features.3.*"
    #expect(try Atlas(request).run()?.units == 1016)
    request.output = test.folder("none")
    request.layers = "features.5"
    #expect(throws: UnknownName.self) { try Atlas(request) }
    request.layers = "features.9.*"
    #expect(throws: Failure.self) { try Atlas(request) }
    request.layers = "no.such.layer"
    #expect(throws: UnknownName.self) { try Atlas(request) }
    #expect(!FileManager.default.fileExists(atPath: test.folder("none")))
  }

  @Test("an output that is not an atlas is never touched; an atlas is replaced only on request")
  func output() throws {
    let test = try Case()
    try test.folder.write("mine".utf8, to: "taken/notes.txt")
    for overwrite in [false, true] {
      for name in ["taken", "dump", "taken/notes.txt"] {
        var request = test.request(name)
        request.existing = overwrite ? .overwrite : .refuse
        let error = #expect(throws: Failure.self) { try Atlas(request) }
        #expect(error?.kind == .cannotCreate)
      }
    }
    #expect(try test.folder.files(below: "taken").count == 1)

    _ = try Atlas(test.request()).run()
    #expect(throws: Failure.self) { try Atlas(test.request()) }
    try test.folder.write("mine".utf8, to: "atlas/notes.txt")
    try test.folder.write("old".utf8, to: "atlas/layers/old.html")
    var request = test.request()
    (request.existing, request.layers) = (.overwrite, "classifier.1")
    _ = try Atlas(request).run()
    let files = try test.folder.files(below: "atlas")
    #expect(files["notes.txt"] != nil && files["layers/old.html"] == nil)
    #expect(
      files.keys.filter { $0.hasPrefix("layers/") }.sorted() == [
        "layers/classifier.1.html", "layers/classifier.1.js",
      ])
  }

  @Test("a stopped atlas has no index, and can be replaced")
  func stopped() throws {
    let test = try Case()
    #expect(try Atlas(test.request()).run(images: RunProgress(cancellingAfter: 3)) == nil)
    #expect(!FileManager.default.fileExists(atPath: test.folder("atlas/index.html")))
    var request = test.request()
    request.existing = .overwrite
    #expect(try Atlas(request).run() != nil)
  }

  @Test("a dump that contradicts its manifest is refused, in one sentence, before anything is written")
  func badDumps() throws {
    let changes: [(String, (Case) throws -> Void)] = [
      ("interrupted", { try $0.edit { $0["state"] = "interrupted" } }),
      ("whole maps", { try $0.edit { $0["reduce"] = "none" } }),
      (
        "manifest says 99",
        { test in
          try test.edit { manifest in
            var images = manifest["images"] as? [String: Any] ?? [:]
            images["count"] = 99
            manifest["images"] = images
          }
        }
      ),
      ("manifest.json", { try $0.edit(layer: 0) { $0["shape"] = [15] } }),
      ("manifest.json", { try $0.edit(layer: 0) { $0["shape"] = [15, -3] } }),
      ("manifest.json", { try $0.edit(layer: 0) { $0["units"] = [1, 2] } }),
      (
        "line 3",
        {
          try $0.folder.write("row\tpath\tlabel\tstatus\n0\ta\t\tok\n1\tb\tok\n".utf8, to: "dump/images.tsv")
        }
      ),
    ]
    for (words, change) in changes {
      let test = try Case(count: 14)
      try change(test)
      let error = #expect(throws: Failure.self, "\(words)") { try Atlas(test.request()) }
      #expect(error?.kind == .badData && error?.message.contains(words) == true, "\(error?.message ?? "")")
      #expect(!FileManager.default.fileExists(atPath: test.folder("atlas")))
    }
    let test = try Case()
    let array = test.folder("dump/activations/features.3.squeeze.npy")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: array))
    for broken in [bytes.dropLast(4), bytes + [0, 0, 0, 0], Data("junk".utf8), Data()] {
      try broken.write(to: URL(fileURLWithPath: array))
      var request = test.request()
      request.existing = .overwrite
      let error = #expect(throws: Failure.self) { try Atlas(request).run() }
      #expect(error?.kind == .badData)
    }
    try FileManager.default.removeItem(atPath: array)
    var request = test.request()
    request.existing = .overwrite
    #expect(throws: Failure(.inputMissing, "")) {
      do { _ = try Atlas(request).run() } catch let error as Failure {
        throw Failure(error.kind, "")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: test.folder("atlas/index.html")))
  }

  @Test("layers with hostile names have pages inside the folder, and their names appear as text")
  func hostileLayers() throws {
    let test = try Case()
    let names = ["../../escape", "<script>alert(1)</script>", "\"\u{301} onload=alert(1) x=\""]
    for (index, name) in names.enumerated() {
      try test.edit(layer: index) { ($0["name"], $0["study_name"]) = (name, name) }
    }
    _ = try Atlas(test.request()).run()
    let files = try test.folder.files(below: "atlas")
    #expect(files.keys.filter { $0.hasPrefix("layers/") }.count == 6)
    #expect(!FileManager.default.fileExists(atPath: test.folder("escape.html")))
    for (name, bytes) in files
    where name.hasSuffix(".html") || name.hasSuffix(".js") && name.hasPrefix("layers") {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(
        !text.contains("<script>alert") && !text.unicodeScalars.contains("\u{301}")
          || text.contains("&quot;\u{301}"))
    }
  }
}
