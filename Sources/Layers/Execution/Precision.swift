/// The arithmetic precision of a plan.
public enum Precision: String, Sendable, CaseIterable {
  /// Results with the accuracy of fp32.
  case fp32
  /// Operands of convolutions and linear layers split into sums of two bf16 numbers. The error is about 1e-5
  /// of a layer's RMS.
  case bf16x3
  /// Operands of convolutions and linear layers rounded to bf16. The error is about 1e-2 of a layer's RMS:
  /// for previews.
  case bf16
}
