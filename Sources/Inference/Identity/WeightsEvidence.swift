import Checkpoints
import Foundation
import Machine
import Models
import Tensor

/// The evidence of the origin of a checkpoint's weights, from its contents, its name and the files beside it.
/// Shapes are not sufficient: the weights of another network can fit, and the results would then be
/// different.
struct WeightsEvidence {
  /// A piece of evidence.
  enum Finding: Hashable {
    /// The weights are certainly another network's, or this network certainly computes different results with
    /// them.
    case refused(Sentence)
    /// The weights may not be those that the identifier means.
    case noted(Sentence)

    /// The sentence of a note; `nil` for a refusal.
    var note: Sentence? { if case .noted(let text) = self { text } else { nil } }
  }

  /// The published file that the checkpoint is identical to; `nil` if it is none.
  private(set) var release: String?
  /// The evidence against the weights: sentences without their subject, the file.
  private(set) var findings: [Finding] = []

  private let model: Model
  private let fileName: String
  private let keys: Set<String>
  private let metadata: [String: String]

  init(_ model: Model, _ checkpoint: Checkpoint, sha256: String) {
    self.model = model
    fileName = PathText.lastComponent(of: checkpoint.path)
    keys = Set(checkpoint.names)
    metadata = checkpoint.metadata
    // A network without specific weights accepts any weights that fit.
    guard model.checkpoint != nil else { return }
    // A file from 'weights convert' contains the digest of its source.
    for digest in [sha256, metadata["source_sha256"]].compactMap({ $0 }) { weigh(digest: digest) }
    guard release == nil else {
      findings = []
      return
    }
    weighConversion()
    weighKeys()
    let companion = ModelConfiguration(beside: checkpoint.path)
    weigh(companion)
    weighTraining()
    weighName()
    weighActivation(companion, isHalf: checkpoint.tensors.contains { $0.elementType == .float16 })
  }

  private mutating func refuse(_ reason: Sentence) { findings.append(.refused(reason)) }
  private mutating func note(_ remark: Sentence) { findings.append(.noted(remark)) }

  // MARK: The file

  private mutating func weigh(digest: String) {
    for other in Model.all {
      guard let file = other.publishedFiles.first(where: { $0.sha256.matches(digest) }) else { continue }
      if other.identifier == model.identifier {
        release = file.name
      } else {
        refuse(
          "is \(file.name), the checkpoint of \(other.identifier), going by its SHA-256; give"
            + " \(.model, other.identifier)")
      }
    }
    guard let known = model.weights.others.first(where: { digest.hasPrefix($0.digest) }) else { return }
    if let difference = known.difference {
      refuse(
        "is \(known.name), going by its SHA-256, whose network \(difference): \(model.identifier) would compute"
          + " something else with it" + (known.identifier.map { "; give \(.model, $0)" as Sentence } ?? ""))
    } else {
      note(
        "is \(known.name), going by its SHA-256: the same network, but not the weights \(model.identifier) means"
      )
    }
  }

  private mutating func weighConversion() {
    guard let written = metadata["model"], written != model.identifier,
      Model.all.contains(where: { $0.identifier == written })
    else { return }
    refuse("was converted for \(written), as its metadata says; give \(.model, written)")
  }

  /// Weighs the signs in the network's description.
  private mutating func weighKeys() {
    for sign in model.weights.signs {
      switch sign.finding(keys) {
      case .excludes(let reason): refuse(reason)
      case .differs(let remark): note(remark)
      case nil: continue
      }
    }
  }

  // MARK: What is beside the parameters

  /// Weighs the names of architectures that training code stores.
  private mutating func weighTraining() {
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where TrainingFacts.keys.contains(key) {
      // An entry that 'weights convert' wrote contains an identifier of the catalogue.
      if key == "model", Model.all.contains(where: { $0.identifier == value }) { continue }
      weigh(architecture: value, source: "its '\(key)'", isCertain: true)
    }
  }

  /// Weighs the name of an architecture, such as `resnet50`, `resnetblur50.bt_in1k`.
  private mutating func weigh(architecture: String, source: String, isCertain: Bool) {
    let name = architecture.lowercased().split(separator: ".").first.map(String.init) ?? ""
    if let difference = model.weights.likeArchitectures[name] {
      let reason: Sentence =
        "is of the architecture \(name), as \(source) says, which \(difference): \(model.identifier) would compute"
        + " something else with it"
      return isCertain ? refuse(reason) : note(reason)
    }
    // `ResNet` is a class and `my_run` is the name of a run. Neither identifies the network.
    guard name.contains(where: \.isNumber), !name.contains(" "), name.utf8.count < 64,
      !model.weights.architectureNames.contains(name)
    else { return }
    note("is of the architecture \(name), as \(source) says, not of \(model.identifier)'s")
  }

  private mutating func weigh(_ configuration: ModelConfiguration?) {
    guard let configuration, let architecture = configuration.architecture else { return }
    weigh(
      architecture: architecture, source: "the \(configuration.fileName) beside it",
      isCertain: ModelConfiguration.belongs(to: fileName))
    let own = model.publishedFiles.map(\.name)
    guard let tag = configuration.tag, model.weights.gelu == nil,
      !own.contains("\(architecture).\(tag).safetensors")
    else { return }
    note(
      "is \(architecture).\(tag), as the \(configuration.fileName) beside it says: trained, and images prepared, otherwise"
        + " than \(model.identifier) means")
  }

  // MARK: Its name

  private mutating func weighName() {
    let name = fileName.lowercased()
    if let other = Model.all.first(where: { other in
      other.identifier != model.identifier && other.publishedFiles.contains { $0.name.lowercased() == name }
    }) {
      note("has the name of the checkpoint of \(other.identifier)")
    }
    if let word = model.weights.wordsOfOthers.first(where: name.contains) {
      note("has '\(word)' in its name, and \(model.identifier) means other weights")
    }
  }

  // MARK: GELU and QuickGELU

  /// Weighs the activation of a CLIP model. The shapes of its parameters do not show which GELU it has.
  private mutating func weighActivation(_ configuration: ModelConfiguration?, isHalf: Bool) {
    guard let gelu = model.weights.gelu,
      // The file comes from 'weights fetch', and no digest of it is published.
      !model.publishedFiles.contains(where: { $0.name == fileName && $0.sha256 == .unknown })
    else { return }
    let (expected, other) = (gelu.isQuick, gelu.otherModel)
    if let found = configuration?.hasQuickGELU, let source = configuration?.fileName {
      if found == expected { return }
      let reason: Sentence =
        "has \(found ? "QuickGELU" : "the exact GELU"), as the \(source) beside it says: \(model.identifier) would compute"
        + " something else with it; give \(.model, other)"
      return ModelConfiguration.belongs(to: fileName) ? refuse(reason) : note(reason)
    }
    if metadata["model"] == model.identifier || gelu.isKnown(keys) { return }
    let half = isHalf && !expected ? " (it is in half precision, as OpenAI's are and LAION's is not)" : ""
    note(
      "is not of a known SHA-256, and tensors cannot tell GELU from QuickGELU: \(model.identifier) computes"
        + " \(expected ? "QuickGELU" : "the exact GELU"); weights of \(gelu.otherOwners)"
        + " need \(.model, other)\(half)")
  }
}

extension CheckpointSource.Digest {
  /// Whether a file with this SHA-256 is the published one, as far as its digest is known.
  func matches(_ sha256: String) -> Bool {
    switch self {
    case .full(let digits): digits == sha256
    case .prefix(let digits): sha256.hasPrefix(digits)
    case .unknown: false
    }
  }
}
