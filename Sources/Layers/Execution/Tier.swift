private import CKernels

/// A set of kernels for one instruction set or library: `scalar`, `blas`, `avx2`, `avx512`, `amx`; and
/// `amx-emulated`.
public struct Tier: Hashable, Sendable, CustomStringConvertible {
  /// The name, as users give it.
  public let name: String
  /// The index into the table of the C library.
  package let index: Int

  /// Whether the tier emulates another tier without its instructions. An emulation is slow and measures
  /// precision without the hardware; it is only used when the user names it.
  public let isEmulation: Bool

  /// The tiers that this processor can run, without emulations: the scalar reference first, the fastest last.
  public static let available = all.filter { !$0.isEmulation }

  /// ``available`` and the emulations that this processor can run.
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

  /// Returns the tier with a name, `nil` when this processor cannot run it.
  public static func named(_ name: String) -> Tier? { all.first { $0.name == name } }

  /// Returns whether the tier's kernels support a precision.
  public func supports(_ precision: Precision) -> Bool {
    kernels.pointee.precisions & 1 << ck_precision(precision).rawValue != 0
  }

  /// Loads the library or requests the permission that the tier needs. Must be called before the tier's first
  /// kernel; further calls have no effect.
  ///
  /// - Returns: Whether the library or permission is available.
  package func prepare() -> Bool { kernels.pointee.prepare?() ?? true }

  /// Whether the program can load the libraries of tiers. A statically linked program cannot.
  package static var canLoadLibraries: Bool { ck_blas_is_built() }

  /// Bytes of address space that the tier's library reserves for each thread that runs its kernels.
  package var bytesPerThread: Int { kernels.pointee.bytes_per_thread }

  /// The name.
  public var description: String { name }
}
