package import Dumps
package import Foundation
package import Machine

/// From which stimuli to make which tasks.
package struct TrialRequest: Sendable {
  /// The folder of stimuli, as `exemplars` writes it.
  package var stimuli: String
  /// The network, as its folder is called before the underscore.
  package var model: String
  /// What the folder's name adds to the network's.
  package var extra = ""
  /// Whether references are natural or optimized.
  package var condition = Trial.Mode.natural
  /// The folder of catch trials.
  package var catchFolder: String?
  /// How many of everything.
  package var settings = TrialSettings()
  /// Whether the last batch of the settings is a wish: where units have fewer batches, those that all of them have are
  /// shown.
  package var limitsBatches = false

  /// Creates a request for the study's settings.
  package init(stimuli: String, model: String) { (self.stimuli, self.model) = (stimuli, model) }
}

/// The tasks of an experiment.
package struct TrialPlan: Sendable, Hashable, Codable {
  /// The version of this format, which adds to the study's.
  package var schema = 1
  /// What made it.
  package var tool = Manifest.Tool()
  /// The network, what its folder's name adds, and the condition.
  package var model: String, extra: String, condition: Trial.Mode
  /// How many of everything.
  package var settings: TrialSettings
  /// The units that could be chosen, in the order they were found: by path, bytewise.
  package var available: [String]
  /// The catch units that could be chosen, likewise.
  package var availableCatch: [String]
  /// The tasks, as the study's tools read them.
  package var tasks: [TrialTask]

  /// Chooses units and deals them out.
  ///
  /// - Throws: ``Failure``: too few units or catch units, or settings that do not work out.
  package init(_ request: TrialRequest) throws(Failure) {
    var settings = request.settings
    try settings.check()
    let root = "\(request.stimuli)/\(StimulusNames.folder(model: request.model, extra: request.extra))"
    let units = try StimulusFolders.units(in: root, channelPrefix: "channel_", having: "natural_images")
    guard units.count >= settings.units else {
      throw Failure(
        .inputMissing,
        "\(root) has natural_images of \(units.count) units, fewer than the \(settings.units) that \(.units) asks for",
        remedy: "make more exemplars or ask for fewer"
      )
    }
    if request.limitsBatches { try Self.limitBatches(of: &settings, to: units) }
    let catchUnits = try Self.catchUnits(request)
    let stimuli = Stimuli(request: request, units: units, catchUnits: catchUnits)
    var dealer = TrialDealer(settings, units: units.count, catchUnits: catchUnits.count)
    var tasks: [TrialTask] = []
    for index in 1...settings.tasks { tasks.append(try stimuli.task(index, dealer.next())) }
    (model, extra, condition) = (request.model, request.extra, request.condition)
    (self.settings, self.tasks) = (settings, tasks)
    available = units.map(\.path)
    availableCatch = catchUnits.map(\.path)
  }

  private static func limitBatches(
    of settings: inout TrialSettings, to units: [StimulusFolders.Home]
  ) throws(Failure) {
    let wanted = settings.maxBatch + 1
    guard let common = StimulusFolders.commonBatches(of: units.map(\.path), atMost: wanted) else { return }
    guard common.count > settings.minBatch else {
      throw Failure(
        .inputMissing,
        "\(common.home)/natural_images has no batch_\(common.count), and \(.minBatch) is \(settings.minBatch)",
        remedy: "make the"
          + " exemplars again, or choose batches that there are")
    }
    settings.maxBatch = common.count - 1
  }

  private static func catchUnits(_ request: TrialRequest) throws(Failure) -> [StimulusFolders.Home] {
    let needed = request.settings.catchTrials > 0
    let name = "\(request.condition.rawValue)_images"
    guard let folder = request.catchFolder else {
      if !needed { return [] }
      throw Failure(
        .usage,
        "catch trials need stimuli",
        remedy: "give \(.catch) (see '\(calling: .trialsCatch)'), or \(.catchTrials, 0)")
    }
    // Even where none are needed: shuffling them is part of the study's sequence of draws.
    let units = try StimulusFolders.units(in: folder, channelPrefix: "channel", having: name)
    guard !needed || !units.isEmpty else {
      throw Failure(
        .inputMissing,
        "\(folder) holds no catch trials (LAYER/channelC/\(name))", remedy: "see '\(calling: .trialsCatch)'")
    }
    return units
  }

  /// The plan as JSON.
  ///
  /// - Throws: What the encoding throws.
  package func encoded() throws -> Data { try JSON.encode(self) }
}

/// Turns positions into folders, and finds out what is missing in them.
private struct Stimuli {
  let request: TrialRequest
  let units: [StimulusFolders.Home]
  let catchUnits: [StimulusFolders.Home]

  func task(_ index: Int, _ task: TrialDealer.Task) throws(Failure) -> TrialTask {
    var result = TrialTask(index: index, rawTrials: [], rawCatchTrials: [], trials: [])
    for trial in task.trials { result.rawTrials.append(try main(trial)) }
    for unit in task.catchUnits { result.rawCatchTrials.append(attention(unit)) }
    for screen in task.shown {
      switch screen {
      case .main(let trial): result.trials.append(try main(trial))
      case .attention(let unit): result.trials.append(attention(unit))
      }
    }
    return result
  }

  private func main(_ trial: TrialDealer.Task.Trial) throws(Failure) -> Trial {
    let home = units[trial.unit]
    let batch = "\(home.naturalImages)/batch_\(trial.batch)"
    guard request.condition == .optimized else {
      return Trial(queries: batch, references: batch, mode: .natural)
    }
    return Trial(queries: batch, references: try optimizedImages(of: home), mode: .optimized)
  }

  /// The study wrote optimized images into the folder of the network's name alone, and those of the hard conditions are
  /// the easy one's.
  private func optimizedImages(of home: StimulusFolders.Home) throws(Failure) -> String {
    let roots = [home.root, "\(request.stimuli)/\(request.model)_", "\(request.stimuli)/\(request.model)"]
    for root in roots {
      let folder = StimulusFolders.Home(layer: home.layer, channel: home.channel, root: root).optimizedImages
      if Disk.isDirectory(folder) == true { return folder }
    }
    throw Failure(
      .inputMissing,
      "there are no optimized_images of \(home.layer)/\(home.channel) in any of \(roots.joined(separator: ", "))"
    )
  }

  private func attention(_ unit: Int) -> Trial {
    let home = catchUnits[unit]
    return Trial(
      queries: home.naturalImages, references: "\(home.path)/\(request.condition.rawValue)_images",
      mode: .catchTrial)
  }
}
