import CKernels
import Testing

/// One flavour of the kernels this processor can run.
struct Kernels: CustomTestStringConvertible, Sendable {
  let name: String
  /// The functions; a table never changes and lives as long as the process.
  nonisolated(unsafe) let table: UnsafePointer<ck_kernels>
  /// What convolutions compute in.
  var precision = CK_FP32

  /// Every flavour this processor has the instructions for, the scalar one first.
  static let supported = all.filter { !$0.table.pointee.emulation }

  /// All of them, and in every arithmetic they have: those on tiles, emulated ones too, convolve by other means.
  static let convolving: [Kernels] = all.flatMap { kernels -> [Kernels] in
    let precisions = [CK_FP32, CK_BF16X3, CK_BF16].filter {
      kernels.table.pointee.precisions >> $0.rawValue & 1 == 1
    }
    return precisions.map { Kernels(name: kernels.name, table: kernels.table, precision: $0) }
  }

  /// Those that convolve on tiles.
  static let splitting = convolving.filter { $0.name.hasPrefix("amx") }

  private static let all: [Kernels] = {
    _ = ck_blas_prepare()
    var count = 0
    guard let tables = ck_tiers(&count) else { return [] }
    return (0..<count).compactMap { index in
      guard let table = tables[index], table.pointee.supported() else { return nil }
      return Kernels(name: String(cString: table.pointee.name), table: table)
    }
  }()

  /// Positions whose values are added in float before the sum goes on in double.
  var sumGroup: Int { Int(table.pointee.sum_group) }

  /// The sum over positions as the header defines it, from values[first], values[first + stride], ...
  func sum(of values: [Float], from first: Int, stride: Int, positions: Int) -> Double {
    var total = 0.0
    for start in Swift.stride(from: 0, to: positions, by: sumGroup) {
      var group: Float = 0
      for position in start..<min(start + sumGroup, positions) { group += values[first + position * stride] }
      total += Double(group)
    }
    return total
  }

  var testDescription: String { precision == CK_FP32 ? name : "\(name), bf16 \(precision.rawValue)" }
}

/// Floats at an address that is a multiple of 64, as packed weights and scratch must be.
final class AlignedFloats {
  let pointer: UnsafeMutablePointer<Float>

  init(count: Int) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * 4, alignment: 64)
    pointer = memory.bindMemory(to: Float.self, capacity: max(1, count))
    // NaN, so that a kernel that reads what it did not write shows.
    pointer.initialize(repeating: .nan, count: max(1, count))
  }

  deinit { pointer.deallocate() }
}
