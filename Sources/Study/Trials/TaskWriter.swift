import Foundation
public import Recording
import Tensor

/// Copies the stimuli of a plan into a folder a task, as the study's page loads them.
public struct TaskWriter: Sendable {
  /// What was done.
  public struct Summary: Sendable, Codable, Hashable {
    /// The tasks, and the trials of each.
    public var tasks: Int, trials: Int
    /// How often each unit is shown.
    public var repetitions: Int
    /// The files.
    public var files: Int
    /// The folder.
    public var output: String
  }

  /// `index.json` of a task.
  private struct Index: Encodable {
    let taskName: String
    /// The study's tools write it as text.
    let nReferenceImages: String
    let nTrials: Int
    let catchTrialIdxs: [Int]
  }

  /// The name of the plan's file.
  static let planName = "structure.json"

  private let plan: TrialPlan
  private let folder: String
  private let existing: ExistingOutput
  private let references: Int
  private let hardLinks: Bool
  private let threads: Int

  /// Looks at the place and at every stimulus; writes nothing.
  ///
  /// - Parameters:
  ///   - plan: The tasks.
  ///   - folder: The folder to make; its name is the experiment's.
  ///   - existing: What to do about tasks that are there.
  ///   - references: How many references a participant sees at either end.
  ///   - hardLinks: Whether to link stimuli instead of copying them.
  ///   - threads: The threads.
  /// - Throws: ``RecordingError``: a stimulus is missing, or the place is taken.
  public init(
    _ plan: TrialPlan, into folder: String, existing: ExistingOutput, references: Int = 9,
    hardLinks: Bool = false, threads: Int = ProcessorCount.available
  ) throws(RecordingError) {
    let folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    (self.plan, self.folder, self.existing) = (plan, folder, existing)
    (self.references, self.hardLinks, self.threads) = (references, hardLinks, threads)
    try checkPlace()
    for trial in Set(plan.tasks.flatMap(\.trials)) {
      for (from, _) in Self.files(of: trial) where Disk.isDirectory(from) != false {
        throw RecordingError(
          .inputMissing, "\(from) is missing; make the exemplars again, or choose batches that there are")
      }
    }
  }

  private var plannedPath: String { "\(folder)/\(Self.planName)" }

  private func checkPlace() throws(RecordingError) {
    guard let isDirectory = Disk.isDirectory(folder) else { return }
    guard isDirectory else {
      throw RecordingError(.cannotCreate, "\(folder) is a file; give --output the name of a folder to make")
    }
    let names = try Disk.names(in: folder)
    if names.isEmpty { return }
    guard names.allSatisfy(Self.isOurs) else {
      throw RecordingError(
        .cannotCreate, "\(folder) holds something other than tasks; give --output the name of a new folder")
    }
    guard existing != .refuse else {
      throw RecordingError(
        .cannotCreate,
        "there are tasks in \(folder) already; give --overwrite to replace them, or another --output")
    }
  }

  private static func isOurs(_ name: String) -> Bool {
    name == planName || name.hasPrefix("\(planName).") && name.hasSuffix(".tmp")
      || name.hasPrefix("task_") && Int(name.dropFirst("task_".count)) != nil
  }

  /// Where the stimuli of a trial are, and their names in the task.
  private static func files(of trial: Trial) -> [(from: String, name: String)] {
    StimulusFolders.queries.map { ("\(trial.queries)/\($0.0)", "queries/\($0.1)") }
      + StimulusFolders.references.map { ("\(trial.references)/\($0)", "references/\($0)") }
  }

  /// Writes the tasks, and the plan last: without it they are not complete.
  ///
  /// - Returns: `nil` when it was stopped.
  /// - Throws: ``RecordingError``.
  public func run(progress: RunProgress = RunProgress()) throws -> Summary? {
    try clear()
    let queue = PositionQueue(plan.tasks.count)
    progress.begin(total: plan.tasks.count)
    try withWorkers(threads) { _ in
      do {
        while !progress.isStopping, let position = queue.take() {
          try write(plan.tasks[position])
          progress.note(done: 1)
        }
      } catch {
        progress.stop()
        throw error
      }
    }
    if progress.isStopping { return nil }
    FileSystem.synchronizeAll()
    try write(try plan.encoded(), to: plannedPath)
    let trials = plan.tasks.first?.trials.count ?? 0
    return Summary(
      tasks: plan.tasks.count, trials: trials, repetitions: plan.settings.repetitions,
      files: plan.tasks.count
        * (1 + trials * (StimulusFolders.queries.count + StimulusFolders.references.count)),
      output: folder)
  }

  private func clear() throws(RecordingError) {
    try Disk.createDirectory(folder)
    for name in try Disk.names(in: folder) { try Disk.remove("\(folder)/\(name)") }
  }

  private func write(_ task: TrialTask) throws {
    let home = "\(folder)/task_\(task.index)"
    for (index, trial) in task.trials.enumerated() {
      let place = "\(home)/trials/trial_\(index + 1)"
      try Disk.createDirectory("\(place)/queries")
      try Disk.createDirectory("\(place)/references")
      for (from, name) in Self.files(of: trial) { try copy(from, to: "\(place)/\(name)") }
    }
    let experiment = PathText.shown(PathText.lastComponent(of: folder))
    let index = Index(
      taskName: "\(experiment)/task_\(task.index)", nReferenceImages: String(references),
      nTrials: task.trials.count,
      catchTrialIdxs: task.trials.indices.filter { task.trials[$0].mode == .catchTrial }.map { $0 + 1 })
    try write(try JSON.encode(index), to: "\(home)/index.json")
  }

  private func copy(_ from: String, to place: String) throws(RecordingError) {
    if hardLinks { return try StimulusFile.link(from, as: place) }
    guard let data = Disk.data(of: from) else {
      throw RecordingError(.inputMissing, "cannot read \(from): \(Disk.lastError)")
    }
    try StimulusFile.write(Array(data), to: place)
  }

  private func write(_ data: Data, to path: String) throws(RecordingError) {
    let file = try TextFile(path)
    try file.append(data)
    try file.commit()
  }
}
