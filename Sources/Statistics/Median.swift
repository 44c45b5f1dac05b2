extension Collection<Double> {
  /// The middle value, or the mean of the two middle values; 0 for an empty array.
  package var median: Double {
    let sorted = self.sorted()
    return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
