/// One screen of the experiment: two queries, and references for each end.
package struct Trial: Sendable, Hashable, Codable {
  /// The kind of a trial.
  package enum Mode: String, Sendable, Hashable, Codable {
    /// References are images of the data set.
    case natural
    /// References are synthetic.
    case optimized
    /// The trial is easy for every attentive participant.
    case catchTrial = "catch_trial"
  }

  /// The folder with the queries, `min_9.png` and `max_9.png`.
  package var queries: String
  /// The folder with the references, `min_0.png` to `max_8.png`.
  package var references: String
  /// The kind of the trial.
  package var mode: Mode
}

/// The trials of one participant.
package struct TrialTask: Sendable, Hashable, Codable {
  /// The number of the task, from 1.
  package var index: Int
  /// The trials that are evaluated.
  package var rawTrials: [Trial]
  /// The catch trials, which show whether the participant pays attention.
  package var rawCatchTrials: [Trial]
  /// Both kinds of trials, in the order in which they are shown.
  package var trials: [Trial]
}
