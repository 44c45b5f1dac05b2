import CKernels
import Testing

/// The kernels of one tier that this processor can run.
struct Kernels: CustomTestStringConvertible, Sendable {
  let name: String
  /// The function table, which is constant for the lifetime of the process.
  nonisolated(unsafe) let table: UnsafePointer<ck_kernels>
  /// The precision of convolutions.
  var precision = CK_FP32

  /// The tiers that this processor can run without emulation, the scalar one first.
  static let supported = all.filter { !$0.table.pointee.emulation }

  /// All tiers with all their precisions, for convolutions. Tiers on tiles, including the emulated one,
  /// convolve by a different algorithm.
  static let convolving: [Kernels] = all.flatMap { kernels -> [Kernels] in
    let precisions = [CK_FP32, CK_BF16X3, CK_BF16].filter {
      kernels.table.pointee.precisions >> $0.rawValue & 1 == 1
    }
    return precisions.map { Kernels(name: kernels.name, table: kernels.table, precision: $0) }
  }

  /// The tiers and precisions that convolve on tiles.
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

  /// The number of positions whose values are added in float before the sum is added in double.
  var sumGroup: Int { Int(table.pointee.sum_group) }

  /// Returns the sum over positions by the header's definition, of values[first], values[first + stride], ...
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

/// Floats aligned to 64 bytes, as packed weights and scratch memory must be.
final class AlignedFloats {
  let pointer: UnsafeMutablePointer<Float>

  init(count: Int) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * 4, alignment: 64)
    pointer = memory.bindMemory(to: Float.self, capacity: max(1, count))
    // The initial values are NaN, so that a read of an element that was not written is noticed.
    pointer.initialize(repeating: .nan, count: max(1, count))
  }

  deinit { pointer.deallocate() }
}
