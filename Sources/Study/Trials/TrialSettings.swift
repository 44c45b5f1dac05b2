package import Machine

/// The numbers of tasks, trials and units. The defaults are the study's.
package struct TrialSettings: Sendable, Hashable, Codable {
  /// The number of evaluated trials in each task.
  package var trials = 40
  /// The number of catch trials in each task.
  package var catchTrials = 5
  /// The number of tasks: one for each participant.
  package var tasks = 63
  /// The number of units; each is shown tasks × trials / units times.
  package var units = 84
  /// The first and the last batch that is shown; batches are used in turn.
  package var minBatch = 0, maxBatch = 10
  /// The seed of both of Python's generators, the standard library's and NumPy's.
  package var seed: UInt32 = 1

  /// Creates the study's settings.
  package init() {}

  /// The number of times that each unit is shown.
  package var repetitions: Int { tasks * trials / max(units, 1) }

  /// Throws if the settings are inconsistent.
  ///
  /// - Throws: ``Failure`` of kind `usage`.
  package func check() throws(Failure) {
    let most = 1_000_000
    guard [trials, tasks, units].allSatisfy((1...most).contains), (0...most).contains(catchTrials) else {
      throw Failure(
        .usage, "trials, tasks and units have to be from 1 to \(most), catch trials from 0 to as many")
    }
    guard (0...most).contains(minBatch), (minBatch...most).contains(maxBatch) else {
      throw Failure(.usage, "batches go from \(.minBatch), at least 0, up to \(.maxBatch)")
    }
    guard trials <= units else {
      throw Failure(
        .usage,
        "a task shows no unit twice: with \(units) units it has at most \(units) trials, not \(trials)")
    }
    guard tasks * trials % units == 0 else {
      throw Failure(
        .usage,
        "\(tasks) tasks of \(trials) trials are \(tasks * trials), which \(units) units cannot share equally",
        remedy: "choose others"
      )
    }
  }
}
