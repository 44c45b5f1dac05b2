package import Layers
import Machine
import Statistics
package import Tensor

/// Parameters generated from a seed, for benchmarks and tests. They need no file and no download, and have
/// the same bits on every machine.
///
/// Element i (row-major) of the tensor called `name` is
///
///     hash  = FNV-1a 64 of the UTF-8 bytes of name
///     key   = mix(hash XOR mix(seed))
///     bits  = mix(key + (i + 1) * 0x9E3779B97F4A7C15)          all modulo 2^64
///     n     = sum of the four 16-bit pieces of bits - 131070   a bell, -131070...131070
///     value = Float(centre + n * step)                         in Double, two roundings, then one to Float
///
/// where `mix` is SplitMix64's finaliser, so that `bits` is output i of SplitMix64 seeded with `key`. n has
/// the standard deviation `unit` = √((2³² − 1) / 3), and `step` = deviation / `unit`. All operations are
/// integer or correctly rounded, so `Weights/seeded.py` makes the same bits with NumPy.
///
/// Centre and deviation are functions of name and shape. They keep activations near 1 at any depth, while
/// every parameter influences the result. Weights are He-scaled (He et al. 2015, √(2 / fan-in)). Running
/// statistics and affine parameters differ from 0 and 1. Variances are small enough that an epsilon has a
/// visible effect. A network damps the modules whose results are added to a residual sum, or normalised
/// immediately. Deep sums then stay bounded, and normalisations have a variance for which their epsilon is
/// visible.
///
/// Tensors are generated when they are read, on all cores.
package struct SeededWeights: TensorSource {
  /// The seed.
  package let seed: UInt64
  /// The names of the parameters, in the model's order.
  package let names: [String]
  private let shapes: [String: Shape]
  private let damping: KeyValuePairs<String, Double>

  /// Creates a source for the parameters of any graph. ``Model/seededWeights(_:)`` does so for a network.
  ///
  /// - Parameters:
  ///   - seed: The seed.
  ///   - parameters: `Graph.parameters`.
  ///   - damping: Words in the names of parameters, with factors of the deviation, and of the centre for a
  ///     normalisation. The last word that matches is used.
  package init(seed: UInt64, parameters: [Parameter], damping: KeyValuePairs<String, Double> = [:]) {
    (self.seed, self.damping) = (seed, damping)
    shapes = Dictionary(parameters.map { ($0.name, $0.shape) }) { first, _ in first }
    var seen: Set<String> = []
    names = parameters.map(\.name).filter { seen.insert($0).inserted }
  }

  /// Returns the shape of a parameter; `nil` if the model has no parameter of that name.
  package func shape(of name: String) -> Shape? { shapes[name] }

  /// Generates a parameter.
  ///
  /// - Throws: `UnknownName` when the model has no parameter of that name.
  package func tensor(named name: String) throws -> Tensor {
    guard let shape = shapes[name] else { throw UnknownName(.tensor, name: name, known: []) }
    return distribution(of: name, shape).tensor(seed: seed, name: name, shape: shape)
  }

  private func distribution(of name: String, _ shape: Shape) -> SeededDistribution {
    let damping = damping.last { name.contains($0.key) }?.value ?? 1
    let last = name.split(separator: ".").last ?? ""
    switch last {
    case "running_var": return SeededDistribution(centre: 0.05, deviation: 0.01)
    case "running_mean": return SeededDistribution(centre: 0, deviation: 0.3)
    case "gamma": return SeededDistribution(centre: 0.5, deviation: 0.1)
    case "cls_token": return SeededDistribution(centre: 0, deviation: 0.1)
    case _ where last.contains("embed"): return SeededDistribution(centre: 0, deviation: 0.1)
    case _ where last.hasSuffix("bias"): return SeededDistribution(centre: 0, deviation: damping * 0.2)
    case _ where shape.rank == 1:
      let isBatchNorm = name.hasSuffix(".weight") && shapes["\(name.dropLast(6))running_var"] != nil
      return isBatchNorm
        ? SeededDistribution(centre: damping * 0.2, deviation: damping * 0.05)
        : SeededDistribution(centre: damping * 1, deviation: damping * 0.2)
    default:
      // CLIP stores its projection as input × output; all other weights are stored with the output axis
      // first.
      let fanIn = last == "proj" ? shape[0] : Shape(Array(shape.extents.dropFirst())).count
      return SeededDistribution(centre: 0, deviation: damping * (2 / Double(fanIn)).squareRoot())
    }
  }
}

extension Model {
  /// Generates the parameters of the network from a seed.
  ///
  /// - Throws: ``GraphError`` if the description contradicts itself.
  package func seededWeights(_ seed: UInt64) throws(GraphError) -> SeededWeights {
    SeededWeights(seed: seed, parameters: try graph().parameters, damping: seededDamping)
  }
}

/// Inputs generated from a seed: noise around zero, from the generator of ``SeededWeights`` with the name
/// `input`.
package enum SeededInput {
  /// Generates a batch of inputs.
  ///
  /// - Parameters:
  ///   - seed: The seed.
  ///   - shape: Images × channels × height × width.
  ///   - deviation: The standard deviation of the elements. All elements are within 3.46 standard deviations.
  /// - Returns: The elements, row-major.
  package static func tensor(seed: UInt64, shape: Shape, deviation: Double = 1) -> Tensor {
    SeededDistribution(centre: 0, deviation: deviation).tensor(seed: seed, name: "input", shape: shape)
  }
}

/// A bell-shaped distribution with bounded tails.
private struct SeededDistribution: Sendable {
  let centre: Double
  let deviation: Double

  func tensor(seed: UInt64, name: String, shape: Shape) -> Tensor {
    let key = SplitMix64.mix(Self.hash(name) ^ SplitMix64.mix(seed))
    let step = deviation / (4_294_967_295.0 / 3).squareRoot()
    return Tensor(shape: shape) { elements in
      let blocks = (elements.count + Self.block - 1) / Self.block
      let destination = Destination(elements: elements)
      if blocks == 1 {
        destination.fill(0, key: key, centre: centre, step: step)
      } else {
        forEach(in: 0..<blocks) { block in
          destination.fill(block * Self.block, key: key, centre: centre, step: step)
        }
      }
    }
  }

  private static let block = 1 << 18

  private static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// The memory of a tensor during its generation. Several threads share it, and each writes its own block.
  private struct Destination: @unchecked Sendable {
    let elements: UnsafeMutableBufferPointer<Float>

    func fill(_ first: Int, key: UInt64, centre: Double, step: Double) {
      let last = min(first + SeededDistribution.block, elements.count)
      var state = key &+ UInt64(first) &* SplitMix64.increment
      for index in first..<last {
        state &+= SplitMix64.increment
        let bits = SplitMix64.mix(state)
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + bits >> 48
        elements[index] = Float(centre + Double(Int64(sum) - 131_070) * step)
      }
    }
  }
}
