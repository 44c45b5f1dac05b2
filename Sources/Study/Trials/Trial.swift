/// One screen of the experiment: two queries, and references for each end.
public struct Trial: Sendable, Hashable, Codable {
  /// What a trial shows.
  public enum Mode: String, Sendable, Hashable, Codable {
    /// References are images of the data set.
    case natural
    /// References are synthetic.
    case optimized
    /// Anybody who looks gets it right.
    case catchTrial = "catch_trial"
  }

  /// The folder with the queries, `min_9.png` and `max_9.png`.
  public var queries: String
  /// The folder with the references, `min_0.png` to `max_8.png`.
  public var references: String
  /// What it shows.
  public var mode: Mode
}

/// What one participant does.
public struct TrialTask: Sendable, Hashable, Codable {
  /// Its number, from 1.
  public var index: Int
  /// The trials that count.
  public var rawTrials: [Trial]
  /// Those that tell whether somebody pays attention.
  public var rawCatchTrials: [Trial]
  /// Both, in the order they are shown.
  public var trials: [Trial]
}
