import Checkpoints
import Foundation
import Machine
import Tensor
import TestSupport
import Testing

@Suite("A damaged file gives an error or tensors, never a crash, a hang or a wild allocation")
struct MutationTests {
  /// A thousand mutations of one file of each format, and fewer of every other file.
  private static let cases = Fixtures.formats.enumerated().map { position, fixture in
    let isFirst = Fixtures.formats.firstIndex { $0.format == fixture.format } == position
    return (file: fixture.file, count: isFirst ? 1_000 : 250)
  }

  /// Tests each file in a separate process, so that the peak memory is that of one file.
  @Test("Truncations and flipped bits", arguments: cases)
  func mutations(file: String, count: Int) async {
    await #expect(processExitsWith: .success) { [file = file as String, count = count as Int] in
      try Self.open(mutationsOf: file, count: count)
    }
  }

  private static func open(mutationsOf file: String, count: Int) throws {
    let original = try Data(contentsOf: URL(filePath: Fixtures.path(file)))
    let folder = try TemporaryFolder()
    let before = peakResidentBytes
    var random = SplitMix(seed: UInt64(original.count))
    var refused = 0
    for number in 0..<count {
      var bytes = original
      if number.isMultiple(of: 4) {
        bytes = bytes.prefix(Int(random.next() % UInt64(original.count)))
      } else {
        for _ in 0..<(1 << (number % 4)) / 2 {
          bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
        }
      }
      let path = try folder.write(bytes, to: "file")
      do {
        let checkpoint = try Checkpoint.open(path)
        for tensor in checkpoint.tensors {
          #expect(
            try checkpoint.tensor(named: tensor.name).withUnsafeBufferPointer { $0.count }
              == tensor.shape.count)
        }
      } catch let error as Failure {
        #expect(error.kind == .badData && !error.reason.description.isEmpty)
        refused += 1
      }
    }
    // In every format, at least the truncations are detected.
    #expect(refused >= count / 5, "\(refused) of \(count)")
    // The largest tensor that a mutation can request has 2^20 elements, 4 MiB.
    let grown = peakResidentBytes - before
    #expect(grown < 128 << 20, "\(grown >> 20) MiB")
  }

  private static var peakResidentBytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }
}
