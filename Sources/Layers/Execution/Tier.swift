private import CKernels

/// A flavour of the kernels: `scalar`, `blas`, `avx2`, `avx512`, `amx`; and `amx-emulated`.
public struct Tier: Hashable, Sendable, CustomStringConvertible {
  /// The name users choose it by.
  public let name: String
  /// Index into the table of the C library.
  package let index: Int

  /// Whether it computes what another tier does, slowly, where that one's instructions are missing: for measuring
  /// precision without the hardware. Never chosen unless named.
  public let isEmulation: Bool

  /// Every tier this processor has the instructions for: the scalar oracle first, the fastest last.
  public static let available = all.filter { !$0.isEmulation }

  /// ``available`` and the emulations that run here.
  public static let all: [Tier] = {
    var count = 0
    guard let tables = ck_tiers(&count) else { return [] }
    return (0..<count).compactMap { index in
      guard let table = tables[index]?.pointee, table.supported() else { return nil }
      return Tier(name: String(cString: table.name), index: index, isEmulation: table.emulation)
    }
  }()

  /// The fastest tier this processor can run.
  public static var best: Tier {
    available.last ?? Tier(name: "scalar", index: 0, isEmulation: false)
  }

  /// The tier of a name, `nil` when this processor cannot run it.
  public static func named(_ name: String) -> Tier? { all.first { $0.name == name } }

  /// Whether its kernels have an arithmetic.
  public func supports(_ precision: Precision) -> Bool {
    kernels.pointee.precisions & 1 << ck_precision(precision).rawValue != 0
  }

  /// Readies what the tier stands on; before its first kernel runs, and harmless again.
  ///
  /// - Returns: Whether it is there.
  package func prepare() -> Bool { kernels.pointee.prepare?() ?? true }

  /// Whether the program can load the libraries that tiers stand on: one that is linked statically cannot.
  package static var canLoadLibraries: Bool { ck_blas_is_built() }

  /// Bytes of addresses that what the tier stands on sets aside for each thread that runs its kernels.
  package var bytesPerThread: Int { kernels.pointee.bytes_per_thread }

  /// The name.
  public var description: String { name }
}
