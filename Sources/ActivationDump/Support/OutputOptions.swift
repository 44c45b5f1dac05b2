import ArgumentParser
import Foundation
import Machine

/// What to do about output that is there already.
struct OutputOptions<Words: OutputWords>: ParsableArguments {
  @Flag(help: Words.resume)
  var resume = false

  @Flag(help: Words.overwrite)
  var overwrite = false

  /// What the flags say.
  var existing: ExistingOutput {
    overwrite ? .overwrite : resume || Words.isResumedWhenRequeued && Self.isRequeued ? .resume : .refuse
  }

  /// Whether Slurm runs this job again: what is there is then its own.
  private static var isRequeued: Bool {
    (ProcessInfo.processInfo.environment["SLURM_RESTART_COUNT"].flatMap { Int($0) } ?? 0) > 0
  }

  /// Refuses flags that contradict each other. Commands call it, among their own checks.
  ///
  /// - Throws: `ValidationError`.
  func check() throws {
    if resume && overwrite {
      throw ValidationError("--resume keeps what --overwrite replaces; give one of them")
    }
  }
}

/// How a command's help speaks of its output.
protocol OutputWords {
  static var resume: ArgumentHelp { get }
  static var overwrite: ArgumentHelp { get }
  /// Whether the command goes on in a job that Slurm has requeued.
  static var isResumedWhenRequeued: Bool { get }
}

/// `dump`.
enum DumpWords: OutputWords {
  static let resume: ArgumentHelp = """
    Go on with the dump that is in the place of the output; start it if there is none. The default in a job that Slurm \
    has requeued.
    """
  static let overwrite: ArgumentHelp = "Replace a dump that is in the place of the output."
  static let isResumedWhenRequeued = true
}

/// `merge`.
enum MergeWords: OutputWords {
  static let resume: ArgumentHelp = """
    Go on with a merge that was stopped, file by file; leave one of these shards that is complete as it is. The default \
    in a job that Slurm has requeued.
    """
  static let overwrite: ArgumentHelp = "Replace a dump that is in the place of the output."
  static let isResumedWhenRequeued = true
}

/// `exemplars`.
enum ExemplarsWords: OutputWords {
  static let resume: ArgumentHelp = "Go on with exemplars that were interrupted; write only what is missing."
  static let overwrite: ArgumentHelp = "Replace the exemplars that are there."
  static let isResumedWhenRequeued = false
}
