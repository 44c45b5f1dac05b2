import Datasets
import Dumps
import Foundation
import Inference
import Machine
import Models
import Recording
import Tensor
import TestSupport
import Testing
import Units

/// Tests of the pipeline from image files to arrays, on SqueezeNet with generated weights.
struct DumpTests {
  @Test("the bytes do not depend on batch size or threads, and equal those of single runs")
  func determinism() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 11, in: folder)
    var dumps: [[String: Data]] = []
    for (batchSize, threads) in [(1, 1), (3, 2), (8, 3)] {
      var request = try DumpRequest.squeezeNet(images: images, output: folder("\(batchSize)"))
      (request.batchSize, request.threads) = (batchSize, threads)
      let summary = try Dump(request).run()
      #expect(summary.images == 11 && summary.skipped == 0 && summary.state == .complete)
      var files = try folder.files(below: "\(batchSize)")
      files["manifest.json"] = nil
      dumps.append(files)
    }
    #expect(
      dumps[0].keys.sorted() == [
        "activations/classifier.1.npy", "activations/features.3.squeeze.npy",
        "activations/features.4.expand3x3.npy", "images.tsv", "logits.npy",
      ])
    #expect(dumps[1] == dumps[0])
    #expect(dumps[2] == dumps[0])

    let network = try Network(
      .named("squeezenet1_1"), weights: .seeded(1), recording: ["features_3_squeeze", "classifier.1"])
    let squeeze = floats(try #require(dumps[0]["activations/features.3.squeeze.npy"]))
    let logits = floats(try #require(dumps[0]["logits.npy"]))
    let list = try ImageList.read(images)
    for row in 0..<11 {
      let record = try network.run(imageAt: list.file(ofRow: row))
      #expect(Array(squeeze[16 * row..<16 * (row + 1)]) == record["features.3.squeeze"])
      #expect(Array(logits[1000 * row..<1000 * (row + 1)]) == record.output.elements)
    }
  }

  @Test("the manifest describes the files, their digests and their origin")
  func manifest() throws {
    let folder = try TemporaryFolder()
    var request = try DumpRequest.squeezeNet(
      images: try imageFolder(count: 3, in: folder), output: folder("out"))
    request.arguments = ["activation-dump", "dump"]
    _ = try Dump(request).run()
    let manifest = try Manifest.read(folder("out/manifest.json"))
    #expect(manifest.schema == 1 && manifest.state == .complete && manifest.rowsDone == nil)
    #expect(manifest.model == "squeezenet1_1" && manifest.weights.name == "seeded:1")
    #expect(manifest.arguments == request.arguments && manifest.ended != nil)
    #expect(manifest.preprocessing.resize == 256 && manifest.preprocessing.decoder.contains("libjpeg"))
    #expect(manifest.images.count == 3 && manifest.images.labels == .imagenet)
    #expect(manifest.layers.map(\.name) == ["features.3.squeeze", "features.4.expand3x3", "classifier.1"])
    #expect(manifest.layers[0].studyName == "features_3_squeeze" && manifest.layers[0].shape == [3, 16])
    #expect(manifest.logits?.shape == [3, 1000] && manifest.logits?.dtype == "<f4")
    let files = try folder.files(below: "out")
    for array in manifest.layers + [try #require(manifest.logits)] {
      #expect(array.sha256 == sha256(try #require(files[array.file])))
    }
    let table = String(decoding: try #require(files["images.tsv"]), as: UTF8.self)
    #expect(
      table == """
        row\tpath\tlabel\tstatus
        0\tn01440764/0.png\t0\tok
        1\tn01440764/1.png\t0\tok
        2\tn01443537/2.png\t1\tok

        """)
  }

  @Test("an unreadable file gives a row of NaN and a reason, or ends the dump, as the user chooses")
  func brokenImages() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 6, in: folder)
    let whole = try Dump(.squeezeNet(images: images, output: folder("whole"))).run()
    #expect(whole.images == 6)
    try folder.write("not an image".utf8, to: "images/\(ImageNet.synsets[1])/2.png")

    var request = try DumpRequest.squeezeNet(images: images, output: folder("skip"))
    request.onError = .skip
    let summary = try Dump(request).run()
    #expect(summary.images == 5 && summary.skipped == 1 && summary.state == .complete)
    let manifest = try Manifest.read(folder("skip/manifest.json"))
    #expect(manifest.images.skipped == 1 && manifest.state == .complete)
    for name in ["activations/features.3.squeeze.npy", "logits.npy"] {
      let kept = floats(try #require(try folder.files(below: "skip")[name]))
      let all = floats(try #require(try folder.files(below: "whole")[name]))
      let width = all.count / 6
      for row in 0..<6 {
        let values = kept[row * width..<(row + 1) * width]
        #expect(row == 2 ? values.allSatisfy(\.isNaN) : values == all[row * width..<(row + 1) * width])
      }
    }
    let table = String(decoding: try #require(try folder.files(below: "skip")["images.tsv"]), as: UTF8.self)
    let line = try #require(table.split(separator: "\n").first { $0.hasPrefix("2\t") })
    #expect(line.hasPrefix("2\tn01443537/2.png\t1\tskipped: ") && line.contains("JPEG"))

    request = try DumpRequest.squeezeNet(images: images, output: folder("fail"))
    (request.batchSize, request.threads) = (1, 1)
    #expect(throws: (any Error).self) { try Dump(request).run() }
    let failed = try Manifest.read(folder("fail/manifest.json"))
    #expect(failed.state == .failed && failed.rowsDone == [[0, 2]])
    #expect(failed.failure?.contains("2.png") == true && failed.logits?.sha256 == nil)
    let rows = floats(try #require(try folder.files(below: "fail")["logits.npy"]))
    let all = floats(try #require(try folder.files(below: "whole")["logits.npy"]))
    #expect(rows[..<2000] == all[..<2000])
  }

  @Test("a stopped dump records its state and keeps the rows that are done")
  func interruption() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 4, in: folder)
    let progress = RunProgress()
    progress.cancel()
    let summary = try Dump(.squeezeNet(images: images, output: folder("out"))).run(progress: progress)
    #expect(summary.state == .interrupted && summary.images == 0)
    let manifest = try Manifest.read(folder("out/manifest.json"))
    #expect(manifest.state == .interrupted && manifest.rowsDone == [] && manifest.logits?.sha256 == nil)
    let table = String(decoding: try #require(try folder.files(below: "out")["images.tsv"]), as: UTF8.self)
    #expect(table.split(separator: "\n").dropFirst().allSatisfy { $0.hasSuffix("\tpending") })
  }

  @Test("an occupied output is refused; only a dump is replaced on request")
  func outputs() throws {
    let folder = try TemporaryFolder()
    var request = try DumpRequest.squeezeNet(
      images: try imageFolder(count: 2, in: folder), output: folder("out"))
    request.limit = 1
    _ = try Dump(request).run()
    let refused = #expect(throws: Failure.self) { try Dump(request) }
    #expect(refused?.kind == .cannotCreate && refused?.message.contains("'overwrite'") == true)
    request.existing = .overwrite
    (request.limit, request.layers) = (2, [LayerUnits(layer: "features.0")])
    _ = try Dump(request).run()
    let files = try folder.files(below: "out")
    #expect(
      files.keys.sorted() == ["activations/features.0.npy", "images.tsv", "logits.npy", "manifest.json"])
    #expect(floats(try #require(files["logits.npy"])).count == 2000)

    try folder.write("mine".utf8, to: "other/thesis.tex")
    request.output = folder("other")
    #expect(throws: Failure.self) { try Dump(request) }
    request.output = folder("other/thesis.tex")
    #expect(throws: Failure.self) { try Dump(request) }
    #expect(try folder.files(below: "other").count == 1)
  }

  @Test("chosen units are columns of the whole, in the order of the file, and the manifest lists them")
  func chosenUnits() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 2, in: folder)
    let layer = "features.3.squeeze"
    _ = try Dump(.squeezeNet(images: images, output: folder("all"), layers: [LayerUnits(layer: layer)])).run()
    let units = [LayerUnits(layer: layer, units: [7, 2, 15])]
    _ = try Dump(.squeezeNet(images: images, output: folder("some"), layers: units)).run()
    let all = floats(try #require(try folder.files(below: "all")["activations/\(layer).npy"]))
    let some = floats(try #require(try folder.files(below: "some")["activations/\(layer).npy"]))
    #expect(some == [7, 2, 15, 23, 18, 31].map { all[$0] })
    let manifest = try Manifest.read(folder("some/manifest.json"))
    #expect(manifest.layers.map(\.units) == [[7, 2, 15]] && manifest.layers[0].shape == [2, 3])
  }

  @Test("the mean and the maximum of unreduced values equal the other reductions")
  func reductions() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 2, in: folder)
    let layer = "features.12.squeeze"
    func record(_ reduce: String) throws -> ([Float], [Int]) {
      var request = try DumpRequest.squeezeNet(
        images: images, output: folder(reduce), layers: [LayerUnits(layer: layer)])
      request.reduction = try #require(.init(rawValue: reduce))
      _ = try Dump(request).run()
      let shape = try Manifest.read(folder("\(reduce)/manifest.json")).layers[0].shape
      return (floats(try #require(try folder.files(below: reduce)["activations/\(layer).npy"])), shape)
    }
    let (everything, shape) = try record("none")
    #expect(shape == [2, 64, 13, 13])
    let (means, maxima) = (try record("mean").0, try record("max").0)
    #expect(means.count == 128 && maxima.count == 128)
    for unit in 0..<128 {
      let values = everything[169 * unit..<169 * (unit + 1)]
      let mean = values.reduce(0) { $0 + Double($1) } / 169
      // The mean is accumulated in double from float partial sums of at most 64 positions. The bound is 64 ε of
      // the largest value.
      let bound = 64 * Double(Float.ulpOfOne) * Double(values.map(abs).max() ?? 0)
      #expect(abs(Double(means[unit]) - mean) <= bound)
      #expect(maxima[unit] == values.max())
    }
  }

  @Test("the outline predicts the files")
  func outline() throws {
    let folder = try TemporaryFolder()
    let dump = try Dump(.squeezeNet(images: try imageFolder(count: 3, in: folder), output: folder("out")))
    #expect(dump.outline.images == 3 && dump.outline.layers == 3 && dump.outline.units == 16 + 64 + 1000)
    #expect(dump.outline.bytes == 3 * 4 * (16 + 64 + 1000 + 1000))
    #expect(FileManager.default.fileExists(atPath: folder("out")) == false)
  }

  @Test("missing weights are reported before the output is touched")
  func missingWeights() throws {
    let folder = try TemporaryFolder()
    var request = try DumpRequest.squeezeNet(
      images: try imageFolder(count: 1, in: folder), output: folder("out"))
    request.weights = .file(folder("nothing.pth"))
    #expect(throws: (any Error).self) { try Dump(request).run() }
    #expect(FileManager.default.fileExists(atPath: folder("out")) == false)
  }
}
