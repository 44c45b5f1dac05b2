import ArgumentParser
import Foundation
import Machine

/// The options for output that already exists.
struct OutputOptions<Words: OutputWords>: ParsableArguments {
  @Flag(help: Words.resume)
  var resume = false

  @Flag(help: Words.overwrite)
  var overwrite = false

  /// The policy that the flags select.
  var existing: ExistingOutput {
    overwrite ? .overwrite : resume || Words.isResumedWhenRequeued && Self.isRequeued ? .resume : .refuse
  }

  /// Whether Slurm has requeued this job; existing output is then that of the job itself.
  private static var isRequeued: Bool {
    (ProcessInfo.processInfo.environment["SLURM_RESTART_COUNT"].flatMap { Int($0) } ?? 0) > 0
  }

  /// Throws if flags contradict each other. Each command calls this function in its own validation.
  ///
  /// - Throws: `ValidationError`.
  func check() throws {
    if resume && overwrite {
      throw ValidationError("--resume keeps what --overwrite replaces; give one of them")
    }
  }
}

/// The words for a command's output in its help.
protocol OutputWords {
  static var resume: ArgumentHelp { get }
  static var overwrite: ArgumentHelp { get }
  /// Whether the command resumes in a job that Slurm has requeued.
  static var isResumedWhenRequeued: Bool { get }
}

/// The words of `dump`.
enum DumpWords: OutputWords {
  static let resume: ArgumentHelp = """
    Go on with the dump that is in the place of the output; start it if there is none. The default in a job that Slurm \
    has requeued.
    """
  static let overwrite: ArgumentHelp = "Replace a dump that is in the place of the output."
  static let isResumedWhenRequeued = true
}

/// The words of `merge`.
enum MergeWords: OutputWords {
  static let resume: ArgumentHelp = """
    Go on with a merge that was stopped, file by file; leave one of these shards that is complete as it is. The default \
    in a job that Slurm has requeued.
    """
  static let overwrite: ArgumentHelp = "Replace a dump that is in the place of the output."
  static let isResumedWhenRequeued = true
}

/// The words of `exemplars`.
enum ExemplarsWords: OutputWords {
  static let resume: ArgumentHelp = "Go on with exemplars that were interrupted; write only what is missing."
  static let overwrite: ArgumentHelp = "Replace the exemplars that are there."
  static let isResumedWhenRequeued = false
}
