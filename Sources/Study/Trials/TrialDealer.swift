import Statistics

/// Deals units out to tasks exactly as the study did: the same draws of both generators in the same order.
struct TrialDealer {
  /// A task, in positions of the lists it was dealt from.
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
    /// All of them, as they are shown.
    let shown: [Screen]
  }

  private let settings: TrialSettings
  private var python: PythonRandom
  private var numpy: NumPyRandom
  /// The chosen units.
  private let units: [Int]
  private let catchUnits: [Int]
  /// Units that wait for their turn.
  private var backlog: [Int]
  private var nextBatch: [Int: Int] = [:]

  /// Chooses the units, and the catch units, out of so many.
  ///
  /// - Precondition: The settings are sound, and there are as many units as they say.
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

  /// The next task.
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

  /// As many units as a task has, none twice: the first that wait and, where these are too few, others at random.
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

  /// A unit's batches take turns.
  private mutating func takeBatch(of unit: Int) -> Int {
    let batch = nextBatch[unit] ?? settings.minBatch
    nextBatch[unit] = max((batch + 1) % (settings.maxBatch + 1), settings.minBatch)
    return batch
  }

  /// Each catch unit once in random order or, where there are too few, some again.
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
