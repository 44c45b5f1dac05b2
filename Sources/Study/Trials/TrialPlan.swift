package import Dumps
package import Foundation
package import Machine

/// The settings of a plan: the stimuli and the numbers of tasks, trials and units.
package struct TrialRequest: Sendable {
  /// The folder of stimuli, as `exemplars` writes it.
  package var stimuli: String
  /// The network, as in the name of its folder before the underscore.
  package var model: String
  /// The suffix of the network's name in the folder's name.
  package var extra = ""
  /// Whether references are natural or optimized.
  package var condition = Trial.Mode.natural
  /// The folder of catch trials.
  package var catchFolder: String?
  /// The numbers of tasks, trials, units and batches.
  package var settings = TrialSettings()
  /// Whether the last batch of the settings is only an upper limit: where units have fewer batches, the
  /// batches that all units have are shown.
  package var limitsBatches = false

  /// Creates a request for the study's settings.
  package init(stimuli: String, model: String) { (self.stimuli, self.model) = (stimuli, model) }
}

/// The tasks of an experiment.
package struct TrialPlan: Sendable, Hashable, Codable {
  /// The version of this format, which adds to the study's.
  package var schema = 1
  /// The program that made the plan.
  package var tool = Manifest.Tool()
  /// The network, the suffix of its folder's name, and the condition.
  package var model: String, extra: String, condition: Trial.Mode
  /// The numbers of tasks, trials, units and batches.
  package var settings: TrialSettings
  /// The units that could be chosen, in the order in which they were found: sorted bytewise by path.
  package var available: [String]
  /// The catch units that could be chosen, in the same order.
  package var availableCatch: [String]
  /// The tasks, in the form that the study's tools read.
  package var tasks: [TrialTask]

  /// Chooses units and distributes them over tasks.
  ///
  /// - Throws: ``Failure`` when there are too few units or catch units, or the settings are inconsistent.
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
    // Catch units are listed even when none are needed: shuffling them is part of the study's sequence of
    // draws.
    let units = try StimulusFolders.units(in: folder, channelPrefix: "channel", having: name)
    guard !needed || !units.isEmpty else {
      throw Failure(
        .inputMissing,
        "\(folder) holds no catch trials (LAYER/channelC/\(name))", remedy: "see '\(calling: .trialsCatch)'")
    }
    return units
  }

  /// Returns the plan as JSON.
  ///
  /// - Throws: The errors of the encoding.
  package func encoded() throws -> Data { try JSON.encode(self) }
}

/// Converts indices to folders, and detects missing stimuli in them.
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

  /// Returns the folder of optimized images. The study wrote them into the folder of the network's name
  /// alone; the hard conditions use those of the easy one.
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
