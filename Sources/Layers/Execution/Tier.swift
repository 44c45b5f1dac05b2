private import CKernels

/// A flavour of the kernels: `scalar`, `blas`, `avx2`, `avx512`.
public struct Tier: Hashable, Sendable, CustomStringConvertible {
  /// The name users choose it by.
  public let name: String
  /// Index into the table of the C library.
  package let index: Int

  /// Every tier this processor can run: the scalar oracle first, the fastest last.
  public static let available: [Tier] = {
    var count = 0
    guard let tables = ck_tiers(&count) else { return [] }
    return (0..<count).compactMap { index in
      guard let table = tables[index]?.pointee, table.supported() else { return nil }
      return Tier(name: String(cString: table.name), index: index)
    }
  }()

  /// The fastest tier this processor can run.
  public static var best: Tier { available.last ?? Tier(name: "scalar", index: 0) }

  /// The tier of a name, `nil` when this processor cannot run it.
  public static func named(_ name: String) -> Tier? { available.first { $0.name == name } }

  /// Readies what the tier stands on; before its first kernel runs, and harmless again.
  package func prepare() { if name == "blas" { ck_blas_prepare() } }

  /// The name.
  public var description: String { name }
}
