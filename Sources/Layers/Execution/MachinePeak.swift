private import CKernels
import Tensor

/// Measurement of this machine's peak performance, the upper bound (roofline) for a model's speed.
package enum MachinePeak {
  /// Runs a loop of multiply-adds on registers, on the calling thread.
  ///
  /// - Parameters:
  ///   - iterations: The number of iterations.
  ///   - tier: The tier whose instructions are used.
  /// - Returns: The number of floating-point operations, 0 for a tier without such a loop.
  package static func multiplyAdd(iterations: Int, tier: Tier) -> Double {
    tier.kernels.pointee.peak_fma?(max(iterations, 1)) ?? 0
  }

  /// Runs a loop of bf16 matrix multiply-adds on registers, on the calling thread.
  ///
  /// - Parameters:
  ///   - iterations: The number of iterations.
  ///   - tier: The tier whose instructions are used.
  /// - Returns: The number of floating-point operations, `nil` for a tier without a matrix multiplier.
  package static func matrixMultiplyAdd(iterations: Int, tier: Tier) -> Double? {
    tier.kernels.pointee.peak_matrix.map { $0(max(iterations, 1)) }
  }

  /// The availability of AMX to this process: `available`, `no permission` (the operating system refuses), or
  /// `not on this processor`.
  package static var amxState: String { String(cString: ck_amx_state()) }

  /// Three arrays larger than any cache, to measure memory bandwidth. Each thread has its own.
  package final class Triad {
    private let (a, b, c): (AlignedBuffer, AlignedBuffer, AlignedBuffer)

    /// Allocates three arrays of `count` elements.
    package init(count: Int) {
      (a, b, c) = (AlignedBuffer(count: count), AlignedBuffer(count: count), AlignedBuffer(count: count))
    }

    /// Computes `c = a + s b` once and returns the number of bytes moved.
    package func run() -> Double { ck_triad(c.pointer, a.pointer, b.pointer, 0.5, a.count) }
  }
}
