import ArgumentParser
import Foundation
import Machine
import Study

/// `trials make`: one folder for each participant.
struct TrialsMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make", abstract: "Deal units out to tasks and lay out what the experiment's page loads.",
    discussion: """
      The study's procedure, with its draws of Python's and NumPy's generators: units found in \
      STIMULI/MODEL_EXTRA/LAYER/channel_C are shuffled, the first are dealt out to tasks so that each is shown equally \
      often and never twice in a task, their batches taking turns; catch trials are mixed in. Units are found in the \
      bytewise order of their paths; structure.json records it with all tasks, in the study's form. OUTPUT/task_T holds \
      index.json and trials/trial_N/{queries/{min,max}.png,references/{min,max}_{0…8}.png}.
      """)

  @OptionGroup var source: StimuliOptions

  @Option(help: "natural, or optimized: references are optimized_images, queries natural ones.")
  var condition = StimulusCondition.natural

  @Option(help: "The folder of catch trials, as 'trials catch' makes it.")
  var `catch`: String?

  @Option(help: "The folder to make; its name becomes that of the experiment.")
  var output: String

  @Option(name: .customLong("trials"), help: "Trials of a task that count; the study's -nt.")
  var trialCount = TrialSettings().trials

  @Option(help: "Catch trials of a task; -nc.")
  var catchTrials = TrialSettings().catchTrials

  @Option(help: "Tasks, one for each participant; -nh.")
  var tasks = TrialSettings().tasks

  @Option(help: "Units that are shown; -upm. They have to divide tasks × trials.")
  var units = TrialSettings().units

  @Option(help: "The first batch that is shown; -minb.")
  var minBatch = TrialSettings().minBatch

  @Option(
    help:
      "The last batch that is shown; -maxb. Default: the study's 10 or, where units have fewer, their last.")
  var maxBatch: Int?

  @Option(help: "References that a participant sees at either end, as index.json says; -nr.")
  var references = 9

  @Option(help: "The seed of both generators, from 0 to 4294967295.")
  var seed = TrialSettings().seed

  @Flag(help: "Only make OUTPUT, as a file of the tasks in JSON.")
  var structureOnly = false

  @OptionGroup var placing: PlacementOptions

  @Flag(help: "Replace the tasks that are there.")
  var overwrite = false

  @OptionGroup var threading: ThreadOptions

  @OptionGroup var results: SummaryOptions

  func validate() throws {
    guard (1...9).contains(references) else { throw ValidationError("--references has to be from 1 to 9") }
  }

  func run() throws {
    var request = TrialRequest(stimuli: source.stimuli, model: source.model)
    (request.extra, request.condition, request.catchFolder) = (source.extraName, condition.mode, `catch`)
    request.settings.trials = trialCount
    (request.settings.catchTrials, request.settings.tasks) = (catchTrials, tasks)
    (request.settings.units, request.settings.seed) = (units, seed)
    request.settings.minBatch = minBatch
    if let maxBatch { request.settings.maxBatch = maxBatch }
    request.limitsBatches = maxBatch == nil
    let plan = try TrialPlan(request)
    if plan.settings.maxBatch < request.settings.maxBatch {
      Console.note(
        "note: not every unit has the study's \(request.settings.maxBatch + 1) batches; shown are those that all have,"
          + " as with --max-batch \(plan.settings.maxBatch)")
    }
    if structureOnly {
      if Disk.isDirectory(output) != nil && !overwrite {
        throw Failure(.cannotCreate, "\(output) is there already", remedy: "give --overwrite to replace it")
      }
      try Console.write(String(decoding: try plan.encoded(), as: UTF8.self), to: output)
      return Console.result("\(plan.tasks.count.counted("task")) in \(output)")
    }
    let writer = try TaskWriter(
      plan, into: output, existing: overwrite ? .overwrite : .refuse, references: references,
      hardLinks: placing.links, threads: threading.resolved)
    guard let summary = try withProgress(of: "tasks", { try writer.run(progress: $0) }) else {
      throw Interruption.startsAgain()
    }
    if placing.links && summary.links < summary.stimuli {
      Console.note(
        "note: \((summary.stimuli - summary.links).grouped) files are copies, since hard links to \(source.stimuli)"
          + " could not be made")
    }
    try results.print(summary) {
      Console.result(
        "\(summary.tasks.counted("task")) of \(summary.trials.counted("trial")), each unit shown"
          + " \(summary.repetitions.counted("time")): \(summary.files.counted("file")) in \(summary.output)")
    }
  }
}

/// The kind of references that trials show.
enum StimulusCondition: String, CaseIterable, ExpressibleByArgument {
  case natural, optimized

  var mode: Trial.Mode { self == .natural ? .natural : .optimized }
}
