/// A setting that sentences name: an option of the command line, a property of a request, or a field of a
/// form.
public enum Setting: String, CaseIterable, Hashable, Sendable {
  // Inputs.
  case images, imageKey, labels, units, unit, model, weightsKey, classifier, `catch`
  // Outputs.
  case output, overwrite, resume, shard, extraName
  // Recorded values, and their storage.
  case keep, reduce, dtype, unitMajor, baselines
  // Computation.
  case threads, batchSize, tier, precision
  // Display.
  case batches, scaleWindows, histogram, minBatch, maxBatch, catchTrials, neverPositive, json, help

  /// The words of the name, in lower case: `batch`, `size`.
  public var words: [String] {
    var words = [""]
    for character in rawValue {
      if character.isUppercase { words.append("") }
      words[words.count - 1] += character.lowercased()
    }
    return words
  }

  /// The name in plain words: `batch size`.
  public var name: String { words.joined(separator: " ") }
}

/// A command of the program that sentences name.
public enum Command: String, CaseIterable, Hashable, Sendable {
  case check, dump, exemplars, inspect
  case trialsCatch = "trials catch"
  case weightsInspect = "weights inspect"
}
