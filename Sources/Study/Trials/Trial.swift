/// One screen of the experiment: two queries, and references for each end.
package struct Trial: Sendable, Hashable, Codable {
  /// What a trial shows.
  package enum Mode: String, Sendable, Hashable, Codable {
    /// References are images of the data set.
    case natural
    /// References are synthetic.
    case optimized
    /// Anybody who looks gets it right.
    case catchTrial = "catch_trial"
  }

  /// The folder with the queries, `min_9.png` and `max_9.png`.
  package var queries: String
  /// The folder with the references, `min_0.png` to `max_8.png`.
  package var references: String
  /// What it shows.
  package var mode: Mode
}

/// What one participant does.
package struct TrialTask: Sendable, Hashable, Codable {
  /// Its number, from 1.
  package var index: Int
  /// The trials that count.
  package var rawTrials: [Trial]
  /// Those that tell whether somebody pays attention.
  package var rawCatchTrials: [Trial]
  /// Both, in the order they are shown.
  package var trials: [Trial]
}
