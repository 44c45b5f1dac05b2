private import CKernels
import Tensor

/// What this machine can do at most, measured: the roof that a model's speed is compared with.
public enum MachinePeak {
  /// Floating-point operations of a loop of multiply-adds on registers, on the calling thread.
  ///
  /// - Parameters:
  ///   - iterations: Turns of the loop.
  ///   - tier: The instructions it uses.
  /// - Returns: The operations done, 0 for a tier without such a loop.
  public static func multiplyAdd(iterations: Int, tier: Tier) -> Double {
    tier.kernels.pointee.peak_fma?(max(iterations, 1)) ?? 0
  }

  /// Floating-point operations of a loop of matrix multiply-adds of bf16 on registers, on the calling thread.
  ///
  /// - Parameters:
  ///   - iterations: Turns of the loop.
  ///   - tier: The instructions it uses.
  /// - Returns: The operations done, `nil` for a tier without a matrix multiplier.
  public static func matrixMultiplyAdd(iterations: Int, tier: Tier) -> Double? {
    tier.kernels.pointee.peak_matrix.map { $0(max(iterations, 1)) }
  }

  /// Whether this process can use AMX: `available`, `no permission` (the operating system refuses), or `not on this
  /// processor`.
  public static var amxState: String { String(cString: ck_amx_state()) }

  /// Three arrays too large for any cache, through which memory bandwidth is measured; one per thread.
  public final class Triad {
    private let (a, b, c): (AlignedBuffer, AlignedBuffer, AlignedBuffer)

    /// Allocates three arrays of `count` elements.
    public init(count: Int) {
      (a, b, c) = (AlignedBuffer(count: count), AlignedBuffer(count: count), AlignedBuffer(count: count))
    }

    /// Computes `c = a + s b` once and returns the bytes moved.
    public func run() -> Double { ck_triad(c.pointer, a.pointer, b.pointer, 0.5, a.count) }
  }
}
