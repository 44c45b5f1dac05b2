/// The arithmetic a plan runs in.
public enum Precision: String, Sendable, CaseIterable {
  /// Results of fp32 quality.
  case fp32
  /// Operands of convolutions and linear layers as sums of two bf16: errors of about 1e-5 of a layer's RMS.
  case bf16x3
  /// Operands of convolutions and linear layers rounded to bf16: errors of about 1e-2, a preview.
  case bf16
}
