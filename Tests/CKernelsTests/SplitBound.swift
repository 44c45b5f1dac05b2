import CKernels

/// The error bound of a convolution by split bf16, relative to the sum of the magnitudes of its products.
///
/// A bf16 part has eight significant bits, so after rounding to nearest the remainder is at most 2^-8 of a
/// number after one part, and 2^-16 after two. Three parts equal the number. With a = a1 + a2 + a3, and b
/// likewise,
/// * x6 omits a2 b3, a3 b2 (2^-24 of |a b| each) and a3 b3 (2^-32);
/// * x3 omits a2 b2 and the products of the remainders after two parts: 2^-16 each, and second-order terms;
/// * x1 omits the remainders of a and b: 2^-8 each, and their product.
///
/// The float32 roundings are u = 2^-24 each (Higham, Accuracy and Stability, 3.1). An instruction adds 16
/// products to each of two sums, adds the two sums, and adds the result to the accumulator: 17 roundings, one
/// more for each product of each later step of the block of K, and one for each block. The magnitudes of the
/// parts are at most 1.01 times the number's, for both operands.
struct SplitBound {
  let relative: Double

  /// Creates the bound; `nil` for kernels that do not split.
  init?(_ kernels: Kernels, _ problem: ConvProblem) {
    let parts: Int, products: Double, leftOut: Double
    switch kernels.kernel(of: problem) {
    case "bf16x6": (parts, products, leftOut) = (3, 6, 0x1p-23 + 0x1p-32)
    case "bf16x3": (parts, products, leftOut) = (2, 3, 3.03 * 0x1p-16)
    case "bf16": (parts, products, leftOut) = (1, 1, 2 * 0x1p-8 + 0x1p-16)
    default: return nil
    }
    let gathers = problem.kernel != (1, 1) && problem.input <= 8
    let taps = gathers ? 1 : problem.kernel.height * problem.kernel.width
    let groups = ((gathers ? problem.depth : problem.input) + 31) / 32
    let blockGroups = min(groups, max(1, 96 / parts / taps))
    let blocks = (groups + blockGroups - 1) / blockGroups
    let roundings = 17 + products * Double(blockGroups * taps) + Double(blocks)
    relative = leftOut + 1.02 * roundings * 0x1p-24
  }
}
