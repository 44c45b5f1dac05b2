import Foundation
package import Machine

/// Writes the stimuli of a plan into one folder per task, in the layout that the study's page loads.
package struct TaskWriter: Sendable {
  /// The result of a run.
  package struct Summary: Sendable, Codable, Hashable {
    /// The number of tasks, and of trials per task.
    package var tasks: Int, trials: Int
    /// The number of times that each unit is shown.
    package var repetitions: Int
    /// The number of files, and of hard links to stimuli among them.
    package var files: Int, links: Int
    /// The folder.
    package var output: String

    /// The number of files that show a stimulus: all but each task's index.
    package var stimuli: Int { files - tasks }
  }

  /// The contents of a task's `index.json`.
  private struct Index: Encodable {
    let taskName: String
    /// The number of references, written as text by the study's tools.
    let nReferenceImages: String
    let nTrials: Int
    let catchTrialIdxs: [Int]
  }

  /// The name of the plan's file.
  static let planName = "structure.json"

  private let plan: TrialPlan
  private let folder: String
  private let references: Int
  private let hardLinks: Bool
  private let threads: Int

  /// Checks the output and every stimulus. Nothing is written.
  ///
  /// - Parameters:
  ///   - plan: The tasks.
  ///   - folder: The folder to make; its name is the experiment's.
  ///   - existing: The policy for existing tasks.
  ///   - references: The number of references that a participant sees at either end.
  ///   - hardLinks: Whether to make hard links to stimuli, if the file system supports them, instead of
  ///     copies.
  ///   - threads: The number of threads.
  /// - Throws: ``Failure`` when a stimulus is missing, or the output is occupied.
  package init(
    _ plan: TrialPlan, into folder: String, existing: ExistingOutput, references: Int = 9,
    hardLinks: Bool = true, threads: Int = ProcessorCount.available
  ) throws(Failure) {
    let folder = PathText.withoutTrailingSlash(folder)
    (self.plan, self.folder) = (plan, folder)
    (self.references, self.hardLinks, self.threads) = (references, hardLinks, threads)
    try place.check(existing)
    for trial in Set(plan.tasks.flatMap(\.trials)) {
      for (from, _) in Self.files(of: trial) where Disk.isDirectory(from) != false {
        throw missing(from, of: trial)
      }
    }
  }

  /// Returns the error for a missing stimulus. If a whole batch is missing, the error says which batches all
  /// units have.
  private func missing(_ file: String, of trial: Trial) -> Failure {
    let wanted = plan.settings.maxBatch
    if trial.mode != .catchTrial, Disk.isDirectory(trial.queries) == nil,
      let common = StimulusFolders.commonBatches(of: plan.available, atMost: wanted + 1), common.count > 0
    {
      return Failure(
        .inputMissing,
        "\(trial.queries) is missing: \(common.home) has batches 0 to \(common.count - 1) only",
        remedy: "give \(.maxBatch)"
          + " \(common.count - 1), or make exemplars with more \(.batches)")
    }
    return Failure(.inputMissing, "\(file) is missing", remedy: "make the exemplars again")
  }

  private var plannedPath: String { "\(folder)/\(Self.planName)" }

  private var place: OutputFolder { OutputFolder(folder, Self.kind) }

  private static let kind = OutputFolder.Kind(
    "tasks", names: [planName],
    matches: { $0.hasPrefix("task_") && Int($0.dropFirst("task_".count)) != nil }, wholeFiles: [planName]
  ) { _, found, kind in
    kind.mayHold(found) ? .output : nil
  } refusal: { folder, contents in
    guard contents == .output else { return nil }
    return (
      "there are tasks in \(folder) already", "give \(.overwrite) to replace them, or another \(.output)"
    )
  }

  /// Returns the paths of a trial's stimuli, and their names in the task.
  private static func files(of trial: Trial) -> [(from: String, name: String)] {
    StimulusFolders.queries.map { ("\(trial.queries)/\($0.0)", "queries/\($0.1)") }
      + StimulusFolders.references.map { ("\(trial.references)/\($0)", "references/\($0)") }
  }

  /// Writes the tasks, and then the plan. Without the plan, the tasks are not complete.
  ///
  /// - Returns: `nil` when the run was stopped.
  /// - Throws: ``Failure``.
  package func run(progress: RunProgress = RunProgress()) throws -> Summary? {
    try place.create()
    try place.clear()
    progress.begin(total: plan.tasks.count)
    let links = try map(in: plan.tasks, threads: threads, progress: progress) { task in
      let links = try write(task)
      progress.note(done: 1)
      return links
    }
    if progress.isStopping { return nil }
    FileSystem.synchronizeAll()
    try TextFile.write(try plan.encoded(), to: plannedPath)
    let trials = plan.tasks.first?.trials.count ?? 0
    return Summary(
      tasks: plan.tasks.count, trials: trials, repetitions: plan.settings.repetitions,
      files: plan.tasks.count
        * (1 + trials * (StimulusFolders.queries.count + StimulusFolders.references.count)),
      links: links.reduce(0, +),
      output: folder)
  }

  /// Writes a task's folder.
  ///
  /// - Returns: The number of its files that are hard links.
  private func write(_ task: TrialTask) throws -> Int {
    var links = 0
    let home = "\(folder)/task_\(task.index)"
    for (index, trial) in task.trials.enumerated() {
      let place = "\(home)/trials/trial_\(index + 1)"
      try FileSystem.createFolders("\(place)/queries")
      try FileSystem.createFolders("\(place)/references")
      for (from, name) in Self.files(of: trial)
      where try StimulusFile.place(from, as: "\(place)/\(name)", linking: hardLinks) {
        links += 1
      }
    }
    let experiment = PathText.shown(PathText.lastComponent(of: folder))
    let index = Index(
      taskName: "\(experiment)/task_\(task.index)", nReferenceImages: String(references),
      nTrials: task.trials.count,
      catchTrialIdxs: task.trials.indices.filter { task.trials[$0].mode == .catchTrial }.map { $0 + 1 })
    try TextFile.write(try JSON.encode(index), to: "\(home)/index.json")
    return links
  }
}
