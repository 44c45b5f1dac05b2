public import ArgumentParser
import Assessment
import Checkpoints
import Datasets
import Formats
import Foundation
import Images
import Inference
import Layers
import Machine
import Models
import Tensor

/// The options of the network, its weights and its kernels.
struct ModelOptions: ParsableArguments {
  @Option(help: "The network: an identifier from 'activation-dump models'.")
  var model: String

  @Option(
    help: """
      A checkpoint of any supported format, or seeded:N for generated weights (benchmarks and tests). By default the \
      model's checkpoint in the weights folder.
      """)
  var weights: String?

  @Option(
    help: """
      Where in the checkpoint the weights are, when several sets fit (a network and its moving average): a key that \
      'activation-dump weights inspect' shows, such as state_dict_ema.
      """)
  var weightsKey: String?

  @OptionGroup var location: WeightsFolderOptions

  @OptionGroup var arithmetic: ArithmeticOptions

  /// Returns the network with the identifier.
  func resolvedModel() throws -> Model { try Model.named(model) }

  /// Returns the weights with their identity. Remarks are printed for the user.
  func identifiedWeights() throws -> WeightsIdentity {
    let model = try resolvedModel()
    let identity = try WeightsIdentity(model, try resolvedWeights(for: model))
    for remark in identity.remarks { Console.note("note: \(remark)") }
    return identity
  }

  /// Returns the given weights, or those in the folder. For generated weights, a note is printed.
  private func resolvedWeights(for model: Model) throws -> Weights {
    if let weights {
      var chosen = try Weights(weights)
      if case .file(let path, key: _) = chosen { chosen = .file(path, key: weightsKey) }
      if case .seeded(let seed) = chosen {
        guard weightsKey == nil else {
          throw Failure(
            .usage, "--weights-key chooses in a checkpoint, and generated weights have no keys")
        }
        Console.note(
          "NOTE: generated weights (seed \(seed)): the network is untrained and its results mean nothing")
      }
      return chosen
    }
    let folder = location.folder
    guard let file = model.presentCheckpoint(in: folder) else {
      throw Failure(
        .inputMissing,
        "there is no checkpoint of \(model.identifier) in \(folder.path)",
        remedy: "run 'activation-dump weights fetch"
          + " \(model.identifier)', or give --weights FILE")
    }
    return .file(file, key: weightsKey)
  }
}

/// The options of the arithmetic and the kernels.
struct ArithmeticOptions: ParsableArguments {
  @Option(
    help: """
      The arithmetic: fp32; or, on processors with AMX, bf16x3 (errors of about 1e-5) or bf16 (about 1e-2, a preview).
      """)
  var precision = Precision.fp32

  @Option(
    help: """
      The kernels: \(Tier.available.map(\.name).joined(separator: ", ")). Default: the fastest. Where there is AVX-512, \
      amx-emulated gives the bytes of AMX without it, slowly.
      """)
  var tier: String?

  /// Returns the options of a plan.
  func planOptions() throws -> Plan.Options {
    var options = Plan.Options()
    options.precision = precision
    if let tier {
      guard let known = Tier.named(tier) else {
        throw Failure(
          .usage,
          "this processor has no kernels '\(tier)', only \(Tier.all.map(\.name).joined(separator: ", "))"
        )
      }
      options.tier = known
    }
    return options
  }
}

/// The option of the Pillow whose preprocessing is reproduced.
struct PillowOptions: ParsableArguments {
  @Option(
    help: """
      The major version of the Pillow whose pixels images become, bit for bit: 13, or 12 for the study's and older ones. \
      They differ by 1 in images more than about twice as tall as wide. Default: 13; with --resume, that of what is there.
      """)
  var pillow: PillowVersion?

  /// The given version, or the newest.
  var resolved: PillowVersion { pillow ?? .standard }
}

/// The option of the number of threads.
struct ThreadOptions: ParsableArguments {
  @Option(help: "How many threads. Default: one for each processor this process may use.")
  var threads: Int?

  /// The given number of threads, or that of all processors.
  var resolved: Int { threads ?? ProcessorCount.available }

  func validate() throws {
    guard (1...4096).contains(resolved) else { throw ValidationError("--threads has to be from 1 to 4096") }
  }
}

/// The options of the batch size and the number of threads.
struct WorkOptions: ParsableArguments {
  @Option(help: "How many images each thread takes through the network together.")
  var batchSize = 8

  @OptionGroup var threading: ThreadOptions

  /// The given number of threads, or that of all processors.
  var resolvedThreads: Int { threading.resolved }

  func validate() throws {
    guard (1...1024).contains(batchSize) else {
      throw ValidationError("--batch-size has to be from 1 to 1024")
    }
  }
}

extension PillowVersion: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension Reduction: ExpressibleByArgument {}
extension ErrorPolicy: ExpressibleByArgument {}
extension ValueType: ExpressibleByArgument {}
extension Benchmark.Taps: ExpressibleByArgument {}

extension Model {
  /// Returns the path of the first of the model's files that is in the weights folder.
  func presentCheckpoint(in folder: WeightsFolder) -> String? {
    publishedFiles.map { folder.path(of: $0.name) }.first { Disk.isDirectory($0) == false }
  }
}
