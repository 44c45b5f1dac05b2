import Foundation
import Inference
import Layers
import Machine
import Models
import Tensor
import TestSupport
import Testing

struct NetworkTests {
  @Test("weights are a path, or a seed after 'seeded:'")
  func weights() throws {
    #expect(try Weights("seeded:7") == .seeded(7))
    #expect(try Weights("a/b.pth") == .file("a/b.pth"))
    #expect("\(try Weights("seeded:7"))" == "seeded:7")
    for argument in ["seeded:", "seeded:x", "seeded:-1"] {
      #expect(throws: Failure.self) { try Weights(argument) }
    }
  }

  @Test("a network runs on many threads at once, with the same result on each")
  func concurrency() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(PNG.photograph(width: 70, height: 64, seed: 9), to: "a.png")
    let network = try Network(.named("squeezenet1_1"), weights: .seeded(1), recording: ["features.0"])
    let expected = try network.run(imageAt: path)
    try forEach(in: 0..<4, threads: 4) { _ in
      for _ in 0..<3 {
        let record = try network.run(imageAt: path)
        #expect(record["features_0"] == expected["features.0"])
        #expect(record.output.elements == expected.output.elements)
      }
    }
  }

  @Test("rows are split into chunks in order, never across a gap")
  func chunks() {
    let chunks = [3..<10, 10..<10, 12..<13, 20..<25].chunks(ofAtMost: 3)
    #expect(chunks == [3..<6, 6..<9, 9..<10, 12..<13, 20..<23, 23..<25])
    #expect([Range<Int>]().chunks(ofAtMost: 3).isEmpty)
  }

  @Test("every tier has the same result within rounding", arguments: Tier.available)
  func tiers(tier: Tier) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(PNG.photograph(width: 70, height: 64, seed: 9), to: "a.png")
    var options = Plan.Options()
    options.tier = tier
    let record = try Network(.named("squeezenet1_1"), weights: .seeded(1), options: options).run(
      imageAt: path)
    let best = try Network(.named("squeezenet1_1"), weights: .seeded(1)).run(imageAt: path)
    let difference = Difference(record.output.elements, expected: best.output.elements)
    #expect(difference.relativeToRMS <= 5e-6, "\(difference)")
  }

  @Test("inputs and weights that do not fit are refused")
  func misfits() throws {
    let folder = try TemporaryFolder()
    let network = try Network(.named("squeezenet1_1"), weights: .seeded(1))
    let error = #expect(throws: Failure.self) {
      try network.run(Tensor(shape: [3, 2, 2], [Float](repeating: 0, count: 12)))
    }
    #expect(error?.kind == .badData)
    let path = folder("other.npz")
    try folder.write([], to: "empty")
    #expect(throws: (any Error).self) { try Network(.named("squeezenet1_1"), weights: .file(path)) }
    #expect(throws: UnknownName.self) {
      try Network(.named("squeezenet1_1"), weights: .seeded(1), recording: ["features.33"])
    }
  }
}
