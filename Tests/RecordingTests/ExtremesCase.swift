import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Dumps
@testable import Machine
@testable import Recording
@testable import Units

/// The fixtures of tests of dumps that keep extremes: forty images and one unreadable file, and dumps of two
/// layers.
protocol ExtremesCase {
  var folder: TemporaryFolder { get }
  var images: String { get }
  var measuresBaselines: Bool { get }
}

extension ExtremesCase {
  static func makeImages() throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 40, in: folder)
    try folder.write("junk".utf8, to: "images/\(ImageNet.synsets[2])/z.png")
    return (folder, images)
  }

  func request(_ output: String, _ keep: Retention = .extremes(6)) throws -> DumpRequest {
    var request = try DumpRequest.squeezeNet(
      images: images, output: folder(output),
      layers: [.init(layer: "features.3.squeeze"), .init(layer: "classifier.1", units: [7, 900, 3])])
    (request.batchSize, request.threads, request.onError) = (2, 1, .skip)
    (request.keep, request.sampleRows, request.baselines) = (keep, 12, measuresBaselines)
    return request
  }

  /// Returns every file of a dump except its manifest, which contains times.
  func files(_ name: String) throws -> [String: Data] {
    var files = try folder.files(below: name)
    files["manifest.json"] = nil
    return files
  }

  func expectTheSameBytesHoweverComputed() throws {
    _ = try Dump(try request("whole")).run()
    for (batchSize, threads, spillRows) in [(1, 3, 1), (8, 2, 7), (3, 4, 1000)] {
      var other = try request("other")
      (other.batchSize, other.threads, other.spillRows, other.existing) = (
        batchSize, threads, spillRows, .overwrite
      )
      _ = try Dump(other).run()
      #expect(try files("other") == files("whole"))
    }
  }
}
