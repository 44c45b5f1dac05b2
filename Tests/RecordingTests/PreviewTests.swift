import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Machine
@testable import Recording

/// Tests of a dry run: its report, and its refusal of a dump that would not fit in memory.
struct PreviewTests {
  @Test("a preview runs images from all parts of the list, writes nothing and estimates the total")
  func preview() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 6, in: folder)
    try folder.write("junk".utf8, to: "images/\(ImageNet.synsets[1])/2.png")
    var request = try DumpRequest.squeezeNet(images: images, output: folder("out"))
    (request.threads, request.batchSize) = (2, 2)
    let preview = try Dump(request).preview(seconds: 0.2)
    #expect(preview.passes == 1 && preview.outline.images == 6)
    // Two threads have run at least two batches of two images each, and tried every image.
    #expect(preview.probe.images >= 4 && preview.probe.unreadable >= 1 && preview.probe.imagesPerSecond > 0)
    #expect(preview.probe.example?.contains("2.png") == true)
    #expect(abs(preview.etaSeconds * preview.probe.imagesPerSecond - 6) < 1e-6)
    #expect(preview.memoryBytes == preview.memory.total && preview.memoryLimitBytes > 0)
    #expect(!FileManager.default.fileExists(atPath: folder("out")))
  }

  @Test("the estimate grows with threads, batches and recorded values, by the memory of a thread")
  func estimate() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 40, in: folder)
    var request = try DumpRequest.squeezeNet(images: images, output: folder("out"))
    let network = try request.network()
    func memory(threads: Int, batchSize: Int) throws -> MemoryEstimate {
      (request.threads, request.batchSize) = (threads, batchSize)
      return try Dump(request).memory(of: network)
    }
    let (one, two) = (try memory(threads: 1, batchSize: 2), try memory(threads: 2, batchSize: 2))
    #expect(
      two.workspaces == 2 * one.workspaces && two.decoding == 2 * one.decoding && two.weights == one.weights)
    #expect(try memory(threads: 1, batchSize: 4).workspaces > one.workspaces)
    #expect(one.weights > 4 * 1_200_000 && one.weights < 3 * 4 * 1_300_000)
    #expect(
      one.total == one.program + one.images + one.weights
        + one.loading + one.workspaces + one.rows + one.decoding)
  }

  @Test(
    "a dump that would not fit is refused before anything is written, and the error says which setting to lower"
  )
  func refusal() throws {
    let folder = try TemporaryFolder()
    let images = try imageFolder(count: 40, in: folder)
    var request = try DumpRequest.squeezeNet(images: images, output: folder("out"))
    (request.threads, request.batchSize) = (4, 8)
    let dump = try Dump(request)
    let needed = dump.memory(of: try request.network()).total
    func load(_ bytes: Int, _ measure: MemoryLimit.Measure = .resident) throws(Failure) {
      let limit = MemoryLimit(bytes: bytes, source: "the test", measure: measure)
      do { _ = try dump.load(limits: [limit]) } catch let error as Failure { throw error } catch {
        Issue.record(error)
      }
    }
    try load(needed)
    for bytes in [1 << 20, needed - 1] {
      let error = #expect(throws: Failure.self) { try load(bytes) }
      #expect(error?.kind == .usage && error?.message.contains("the test allows") == true)
    }
    let error = #expect(throws: Failure.self) { try load(needed - 1) }
    #expect(error?.message.contains("lower 'threads' or 'batch size'") == true)
    #expect(throws: Failure.self) { try load(needed, .addresses) }
  }

  @Test("the limits of control groups of both versions apply, including those of enclosing groups")
  func groups() throws {
    let folder = try TemporaryFolder()
    try folder.write("max\n".utf8, to: "cgroup/memory.max")
    try folder.write("2000000\n".utf8, to: "cgroup/a/memory.max")
    try folder.write("3000000\n".utf8, to: "cgroup/a/b/memory.max")
    try folder.write("9223372036854771712\n".utf8, to: "cgroup/memory/memory.limit_in_bytes")
    try folder.write("1000000\n".utf8, to: "cgroup/memory/job/memory.limit_in_bytes")
    func bytes(_ membership: String) -> [Int] {
      MemoryLimit.groups(membership: membership, mount: folder("cgroup")).map(\.bytes)
    }
    #expect(bytes("0::/a/b\n") == [2_000_000] && bytes("0::/\n") == [])
    #expect(bytes("4:cpu,cpuacct:/job\n5:memory:/job\n") == [1_000_000] && bytes("5:memory:/\n") == [])
    #expect(bytes("nonsense") == [] && bytes("0::/gone/away\n") == [])
    #expect(MemoryLimit.all.contains { $0.source == "this machine" && $0.bytes > 1 << 28 })
  }
}
