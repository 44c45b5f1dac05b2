import Images

extension Manifest {
  /// A setting that affects the numbers of a dump, and that differs between two dumps.
  package struct Difference: CustomStringConvertible {
    let what: String
    let here: String
    let there: String

    /// `precision fp32, not bf16`.
    package var description: String { "\(what) \(here), not \(there)" }
  }

  /// Returns the settings that must agree for two manifests to describe one recording, but differ.
  ///
  /// Threads, batch sizes and machines do not matter. The policy for unreadable images does not matter
  /// either, because the images of the rows that are done have been read.
  package func differences(from other: Manifest, ignoringShard: Bool = false) -> [Difference] {
    var found: [Difference] = []
    func compare(_ what: String, _ here: String, _ there: String) {
      if here != there { found.append(Difference(what: what, here: here, there: there)) }
    }
    func text(_ array: Manifest.Array) -> String {
      "\(array.name ?? "output") \(array.rowShape) \(array.units ?? [])"
    }
    compare("format", "\(schema)", "\(other.schema)")
    compare("version", tool.version, other.tool.version)
    compare("model", model, other.model)
    compare("weights", weights.identity, other.weights.identity)
    if !weights.isSameKey(as: other.weights) {
      compare("weights of the key", weights.key ?? "(root)", other.weights.key ?? "(root)")
    }
    compare("head", head?.rawValue ?? "published", other.head?.rawValue ?? "published")
    compare("preprocessing", preprocessing.identity, other.preprocessing.identity)
    compare("precision", precision, other.precision)
    compare("kernels", tier, other.tier)
    compare("reduction", reduce, other.reduce)
    compare("keep", keptValues, other.keptValues)
    compare("dtype", layers.first?.dtype ?? "", other.layers.first?.dtype ?? "")
    compare("order", order, other.order)
    compare("baselines", baselines == nil ? "none" : "measured", other.baselines == nil ? "none" : "measured")
    compare("images", "\(images.identity)", "\(other.images.identity)")
    if !ignoringShard {
      compare("shard", shard?.identity ?? "none", other.shard?.identity ?? "none")
    }
    if layers.map(\.name) != other.layers.map(\.name) {
      compare("layers", list(layers), list(other.layers))
    } else {
      for (a, b) in zip(arrays, other.arrays) where text(a) != text(b) {
        compare("the columns of", text(a), text(b))
      }
    }
    return found
  }

  /// The description of the part of the activations that is kept.
  private var keptValues: String {
    extremes.map { "extremes:\($0.limit) with a sample of \($0.sample)" } ?? "all"
  }

  private var order: String { layers.first?.unitMajor == true ? "unit-major" : "image-major" }

  private func list(_ layers: [Manifest.Array]) -> String {
    let names = layers.prefix(3).compactMap(\.name).joined(separator: ", ")
    return layers.count > 3 ? "\(names) and \(layers.count - 3) more" : names
  }
}

extension Manifest.Array {
  /// The number of recorded units. Where nothing is reduced, this holds for maps only: tokens have units on
  /// another axis.
  package var columns: Int { rowShape.first ?? 0 }

  /// The shape of one image's numbers.
  package var rowShape: [Int] { unitMajor == true ? Array(shape.prefix(1)) : Array(shape.dropFirst()) }

  /// The number of images.
  package var images: Int {
    get { (unitMajor == true ? shape.last : shape.first) ?? 0 }
    set { if !shape.isEmpty { shape[unitMajor == true ? shape.count - 1 : 0] = newValue } }
  }
}

extension Manifest.WeightsSummary {
  /// The identity of the weights, independent of the name of their file.
  fileprivate var identity: String { sha256.map { "\(name) (SHA-256 \($0.prefix(12))…)" } ?? name }
}

extension Manifest.WeightsSummary {
  /// Returns whether both dumps took the same weights from the file.
  ///
  /// Versions of this program that wrote no key read only the weights inside these wrappers.
  fileprivate func isSameKey(as other: Self) -> Bool {
    guard key != other.key else { return true }
    guard key == nil || other.key == nil, let key = key ?? other.key else { return false }
    return key.split(separator: ".").allSatisfy {
      ["model", "module", "state_dict", "_orig_mod"].contains($0)
    }
  }
}

extension Manifest.PreprocessingSummary {
  /// The major version of the Pillow whose order of resampling passes was reproduced.
  package var pillowNumber: Int { pillow ?? PillowVersion.unrecorded.rawValue }

  fileprivate var identity: String {
    "resize \(resize), crop \(crop), \(filter), \(channelOrder), \(normalization), \(decoder), Pillow \(pillowNumber)"
  }
}

extension Manifest.ImagesSummary {
  fileprivate var identity: String { "list of SHA-256 \(listSha256.prefix(12))…" }
}

extension Manifest.ShardSummary {
  fileprivate var identity: String { "\(index)/\(count)" }
}
