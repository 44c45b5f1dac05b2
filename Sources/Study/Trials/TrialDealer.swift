import Statistics

/// Distributes units over tasks exactly as the study did: with the same draws of both generators in the same
/// order.
struct TrialDealer {
  /// A task, as indices into the lists of units.
  struct Task: Equatable {
    /// A unit and one of its batches.
    struct Trial: Equatable {
      let unit: Int
      let batch: Int
    }

    /// One screen.
    enum Screen: Equatable {
      case main(Trial)
      case attention(Int)
    }

    let trials: [Trial]
    let catchUnits: [Int]
    /// All screens, in the order in which they are shown.
    let shown: [Screen]
  }

  private let settings: TrialSettings
  private var python: PythonRandom
  private var numpy: NumPyRandom
  /// The chosen units.
  private let units: [Int]
  private let catchUnits: [Int]
  /// The units that were not yet used in the current round.
  private var backlog: [Int]
  private var nextBatch: [Int: Int] = [:]

  /// Chooses the units and the catch units among the available ones.
  ///
  /// - Precondition: The settings are valid, and there are at least as many units as they require.
  init(_ settings: TrialSettings, units available: Int, catchUnits availableCatch: Int) {
    self.settings = settings
    python = PythonRandom(seed: UInt64(settings.seed))
    numpy = NumPyRandom(seed: settings.seed)
    var units = Array(0..<available)
    python.shuffle(&units)
    units = Array(units.prefix(settings.units))
    python.shuffle(&units)
    var catchUnits = Array(0..<availableCatch)
    python.shuffle(&catchUnits)
    self.units = units
    self.catchUnits = Array(catchUnits.prefix(settings.catchTrials))
    backlog = units
  }

  /// Returns the next task.
  mutating func next() -> Task {
    var chosen = takeUnits()
    python.shuffle(&chosen)
    var trials = chosen.map { Task.Trial(unit: $0, batch: takeBatch(of: $0)) }
    python.shuffle(&trials)
    let attention = takeCatchUnits()
    var shown = trials.map(Task.Screen.main) + attention.map(Task.Screen.attention)
    python.shuffle(&shown)
    return Task(trials: trials, catchUnits: attention, shown: shown)
  }

  /// Returns as many units as a task has, all different: first the units in the backlog and, when these are
  /// too few, random other units.
  private mutating func takeUnits() -> [Int] {
    var taken = Array(backlog.prefix(settings.trials))
    backlog.removeFirst(taken.count)
    if taken.count < settings.trials {
      refill()
      while taken.count < settings.trials {
        let position = python.choice(outOf: backlog.count)
        let unit = backlog[position]
        if taken.contains(unit) { continue }
        taken.append(unit)
        backlog.remove(at: position)
      }
    }
    if backlog.isEmpty { refill() }
    return taken
  }

  private mutating func refill() {
    backlog = units
    python.shuffle(&backlog)
  }

  /// Returns the next batch of a unit; its batches are used in turn.
  private mutating func takeBatch(of unit: Int) -> Int {
    let batch = nextBatch[unit] ?? settings.minBatch
    nextBatch[unit] = max((batch + 1) % (settings.maxBatch + 1), settings.minBatch)
    return batch
  }

  /// Returns each catch unit once in random order and, when these are too few, some of them again.
  private mutating func takeCatchUnits() -> [Int] {
    let wanted = settings.catchTrials
    if catchUnits.isEmpty { return [] }
    guard catchUnits.count < wanted else {
      return numpy.choice(wanted, outOf: catchUnits.count, replacing: false).map { catchUnits[$0] }
    }
    let more = numpy.choice(wanted - catchUnits.count, outOf: catchUnits.count, replacing: true)
    return catchUnits + more.map { catchUnits[$0] }
  }
}
