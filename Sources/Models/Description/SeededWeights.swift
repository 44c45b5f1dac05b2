package import Layers
import Machine
import Statistics
package import Tensor

/// Parameters made from a seed, for benchmarks and tests: no file, no download, the same bits on every machine.
///
/// Element i (row-major) of the tensor called `name` is
///
///     hash  = FNV-1a 64 of the UTF-8 bytes of name
///     key   = mix(hash XOR mix(seed))
///     bits  = mix(key + (i + 1) * 0x9E3779B97F4A7C15)          all modulo 2^64
///     n     = sum of the four 16-bit pieces of bits - 131070   a bell, -131070...131070
///     value = Float(centre + n * step)                         in Double, two roundings, then one to Float
///
/// where `mix` is SplitMix64's finaliser, so that `bits` is output i of SplitMix64 seeded with `key`. n has the
/// standard deviation `unit` = √((2³² − 1) / 3), and `step` = deviation / `unit`. Integer arithmetic and correctly
/// rounded operations only, so that `Weights/seeded.py` makes the same bits with NumPy.
///
/// Centre and deviation follow from name and shape, and keep activations near 1 through all depth while every
/// parameter matters: weights are He-scaled (He et al. 2015, √(2 / fan-in)), statistics and affines are away from 0
/// and 1, and variances small enough that an epsilon shows. A network damps the modules whose results are added to a
/// running sum, or normalised right away: deep sums stay bounded, and normalisations get a variance next to which
/// their epsilon shows.
///
/// Tensors are generated when they are read, on all cores.
package struct SeededWeights: TensorSource {
  /// The seed.
  package let seed: UInt64
  /// The parameters' names, in the model's order.
  package let names: [String]
  private let shapes: [String: Shape]
  private let damping: KeyValuePairs<String, Double>

  /// Creates a source for the parameters of a network as ``Model/seededWeights(_:)`` has them, or of any graph.
  ///
  /// - Parameters:
  ///   - seed: The seed.
  ///   - parameters: `Graph.parameters`.
  ///   - damping: Factors of the deviation, and of a norm's centre, for parameters whose names have a word in them. The
  ///     last word that fits counts.
  package init(seed: UInt64, parameters: [Parameter], damping: KeyValuePairs<String, Double> = [:]) {
    (self.seed, self.damping) = (seed, damping)
    shapes = Dictionary(parameters.map { ($0.name, $0.shape) }) { first, _ in first }
    var seen: Set<String> = []
    names = parameters.map(\.name).filter { seen.insert($0).inserted }
  }

  /// The shape of a parameter, if the model has one of that name.
  package func shape(of name: String) -> Shape? { shapes[name] }

  /// Generates a parameter.
  ///
  /// - Throws: `UnknownName` when the model has none of that name.
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
      // CLIP stores its projection input × output, everything else is output first.
      let fanIn = last == "proj" ? shape[0] : Shape(Array(shape.extents.dropFirst())).count
      return SeededDistribution(centre: 0, deviation: damping * (2 / Double(fanIn)).squareRoot())
    }
  }
}

extension Model {
  /// The network's parameters made from a seed.
  ///
  /// - Throws: ``GraphError`` if the description contradicts itself.
  package func seededWeights(_ seed: UInt64) throws(GraphError) -> SeededWeights {
    SeededWeights(seed: seed, parameters: try graph().parameters, damping: seededDamping)
  }
}

/// Inputs made from a seed: noise around zero, by the generator of ``SeededWeights`` under the name `input`.
package enum SeededInput {
  /// A batch of inputs.
  ///
  /// - Parameters:
  ///   - seed: The seed.
  ///   - shape: Images × channels × height × width.
  ///   - deviation: The standard deviation of the elements; none is further from zero than 3.46 of them.
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

  /// The memory of a tensor under construction. Shared between threads, each of which writes its own block.
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
