import CKernels
import Foundation
import Testing

@Suite("Activations")
struct ActivationTests {
  /// Every 4,093rd float of both signs, with all exponents, denormals and NaN.
  private static let floats: [Float] = stride(from: 0, through: Int(UInt32.max), by: 4093).map {
    Float(bitPattern: UInt32($0))
  }

  private func apply(_ activation: ck_activation, _ kernels: Kernels, _ input: [Float]) -> [Float] {
    let batch = Batch(positions: 1, channels: input.count) { _, _, channel in input[channel] }
    var epilogue = ck_epilogue()
    epilogue.activation = activation
    kernels.table.pointee.map(1, Int32(input.count), 1, batch.view(), &epilogue, batch.view())
    return batch.values
  }

  /// Returns the unit in the last place of a Float: the distance to the next larger one.
  private func unitInTheLastPlace(_ x: Double) -> Double {
    x.magnitude < Double(Float.leastNormalMagnitude)
      ? Double(Float.leastNonzeroMagnitude) : Double(Float(x.magnitude).ulp)
  }

  /// Runs an activation on ``floats`` and returns the largest error in units in the last place.
  private func worstError(
    _ activation: ck_activation, _ kernels: Kernels, where isIncluded: (Float) -> Bool,
    _ exact: (Double) -> Double
  ) -> WorstRatio {
    let inputs = Self.floats.filter(isIncluded)
    var worst = WorstRatio()
    for (x, y) in zip(inputs, apply(activation, kernels, inputs)) {
      let expected = exact(Double(x))
      worst.add(y, expected: expected, bound: unitInTheLastPlace(expected), "\(x)")
    }
    return worst
  }

  private func gelu(_ x: Double) -> Double { x * 0.5 * erfc(-x * 0.5.squareRoot()) }
  private func quickGELU(_ x: Double) -> Double { x / (1 + exp(-1.702 * x)) }

  @Test(
    "GELU is within 8 units in the last place, 11 for a denormal factor",
    arguments: Kernels.supported)
  func geluError(kernels: Kernels) {
    #expect(worstError(CK_GELU, kernels, where: { $0.isFinite && $0 > -12.9 }, gelu).ratio <= 8)
    // For smaller x the factor e^(-x^2/2) is denormal, and the remaining digits have an error of up to half
    // the last place.
    #expect(worstError(CK_GELU, kernels, where: { $0.isFinite && $0 <= -12.9 }, gelu).ratio <= 11)
  }

  @Test(
    "quick GELU is within 3.5 units in the last place, 31 for a denormal factor",
    arguments: Kernels.supported)
  func quickGELUError(kernels: Kernels) {
    #expect(worstError(CK_QUICK_GELU, kernels, where: { $0.isFinite && $0 > -51 }, quickGELU).ratio <= 3.5)
    #expect(worstError(CK_QUICK_GELU, kernels, where: { $0.isFinite && $0 <= -51 }, quickGELU).ratio <= 31)
  }

  @Test("ReLU is exact", arguments: Kernels.supported)
  func relu(kernels: Kernels) {
    #expect(worstError(CK_RELU, kernels, where: { !$0.isNaN }) { max(0, $0) }.ratio == 0)
  }

  @Test("NaN remains NaN, and infinities give the limits", arguments: Kernels.supported)
  func specials(kernels: Kernels) {
    let input: [Float] = [.nan, -.nan, .signalingNaN, .infinity, 0, -0.0, -.infinity]
    for activation in [CK_RELU, CK_GELU, CK_QUICK_GELU] {
      let output = apply(activation, kernels, input)
      #expect(output.prefix(3).allSatisfy { $0.isNaN })
      #expect(output[3] == .infinity && output[4] == 0 && output[5] == 0)
      // Quick GELU multiplies infinity by 0, like PyTorch.
      if activation == CK_QUICK_GELU { #expect(output[6].isNaN) } else { #expect(output[6] == 0) }
    }
  }
}
