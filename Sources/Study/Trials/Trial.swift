/// One screen of the experiment: two queries, and references for each end.
public struct Trial: Sendable, Hashable, Codable {
  /// The kind of a trial.
  public enum Mode: String, Sendable, Hashable, Codable {
    /// References are images of the data set.
    case natural
    /// References are synthetic.
    case optimized
    /// The trial is easy for every attentive participant.
    case catchTrial = "catch_trial"
  }

  /// The folder with the queries, `min_9.png` and `max_9.png`.
  public var queries: String
  /// The folder with the references, `min_0.png` to `max_8.png`.
  public var references: String
  /// The kind of the trial.
  public var mode: Mode
}

/// The trials of one participant.
public struct TrialTask: Sendable, Hashable, Codable {
  /// The number of the task, from 1.
  public var index: Int
  /// The trials that are evaluated.
  public var rawTrials: [Trial]
  /// The catch trials, which show whether the participant pays attention.
  public var rawCatchTrials: [Trial]
  /// Both kinds of trials, in the order in which they are shown.
  public var trials: [Trial]
}
