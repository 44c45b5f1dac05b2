import Foundation
import Machine
import Study
import TestSupport
import Testing

struct TrialTests {
  private struct Vectors: Decodable { let cases: [Case] }

  struct Case: Decodable, CustomTestStringConvertible {
    let available: Int, units: Int, trials: Int, hits: Int, catchAvailable: Int, catchTrials: Int
    let minBatch: Int, maxBatch: Int, seed: UInt32
    let sha256: String
    let tasks: [[[[Int]]]]?
    var testDescription: String { "\(hits) × (\(trials) + \(catchTrials)) of \(units), seed \(seed)" }

    var settings: TrialSettings {
      var settings = TrialSettings()
      (settings.trials, settings.catchTrials, settings.tasks, settings.units) =
        (trials, catchTrials, hits, units)
      (settings.minBatch, settings.maxBatch, settings.seed) = (minBatch, maxBatch, seed)
      return settings
    }
  }

  static let cases = (try? Fixture.json("trials.json", as: Vectors.self).cases) ?? []

  /// Creates stimuli whose files contain their own names, so that the origin of a copy can be determined.
  private func stimuli(
    _ folder: TemporaryFolder, units: Int, catchUnits: Int, batches: ClosedRange<Int>, files: Bool
  ) throws -> TrialRequest {
    func fill(_ home: String, queries: Bool) throws {
      try folder.write([], to: "\(home)/.keep")
      guard files else { return }
      for side in ["min", "max"] {
        for index in 0...(queries ? 9 : 8) {
          let name = "\(home)/\(side)_\(index).png"
          try folder.write(name.utf8, to: name)
        }
      }
    }
    for unit in 0..<units {
      let home = "stimuli/net_/layer/channel_\(1000 + unit)"
      for batch in batches { try fill("\(home)/natural_images/batch_\(batch)", queries: true) }
    }
    for unit in 0..<catchUnits {
      try fill("catch/layer/channel\(1000 + unit)/natural_images", queries: true)
    }
    var request = TrialRequest(stimuli: folder("stimuli"), model: "net")
    request.catchFolder = folder("catch")
    return request
  }

  /// Returns the unit and the batch of a folder, in the fixture's notation.
  private func numbers(_ trial: Trial) -> [Int] {
    let channel = trial.queries.split(separator: "/").first { $0.hasPrefix("channel") } ?? ""
    let unit = (Int(channel.filter(\.isNumber)) ?? 0) - 1000
    guard trial.mode != .catchTrial else { return [unit, -1] }
    return [unit, Int(trial.queries.split(separator: "_").last ?? "") ?? -2]
  }

  @Test("tasks are those of Python's and NumPy's random generators", arguments: cases)
  func tasks(_ expected: Case) throws {
    let folder = try TemporaryFolder()
    var request = try stimuli(
      folder, units: expected.available, catchUnits: expected.catchAvailable,
      batches: expected.minBatch...expected.minBatch, files: false)
    request.settings = expected.settings
    let plan = try TrialPlan(request)
    let made = plan.tasks.map { task in
      [task.rawTrials, task.rawCatchTrials, task.trials].map { $0.map(numbers) }
    }
    if let tasks = expected.tasks { #expect(made == tasks) }
    let text = String(decoding: try JSONEncoder().encode(made), as: UTF8.self)
    #expect(sha256(text) == expected.sha256)
  }

  @Test("every unit is shown equally often, never twice in a task, and its batches are used in turn")
  func fairness() throws {
    let folder = try TemporaryFolder()
    let plan = try TrialPlan(
      try stimuli(folder, units: 90, catchUnits: 6, batches: 0...0, files: false))
    #expect(plan.tasks.count == 63 && plan.available.count == 90)
    var batches: [Int: [Int]] = [:]
    for task in plan.tasks {
      #expect(task.trials.count == 45 && Set(task.rawTrials.map { numbers($0)[0] }).count == 40)
      #expect(Set(task.rawCatchTrials).count == 5)
      for trial in task.rawTrials { batches[numbers(trial)[0], default: []].append(numbers(trial)[1]) }
    }
    #expect(batches.count == 84)
    for shown in batches.values { #expect(shown == (0..<30).map { $0 % 11 }) }
  }

  @Test(
    "a task's folder holds copies of its queries and references, and an index that marks the catch trials"
  )
  func folders() throws {
    let folder = try TemporaryFolder()
    var request = try stimuli(folder, units: 4, catchUnits: 1, batches: 0...1, files: true)
    (request.settings.units, request.settings.trials, request.settings.tasks) = (4, 2, 4)
    (request.settings.catchTrials, request.settings.maxBatch) = (1, 1)
    let plan = try TrialPlan(request)
    for (name, links) in [("net_natural", false), ("linked", true)] {
      let writer = try TaskWriter(plan, into: folder(name), existing: .refuse, hardLinks: links, threads: 2)
      let summary = try #require(try writer.run())
      #expect(summary.files == 4 * (1 + 3 * 20) && summary.repetitions == 2)
      let files = try folder.files(below: name)
      #expect(files.count == summary.files + 1)
      for task in plan.tasks {
        for (position, trial) in task.trials.enumerated() {
          let place = "task_\(task.index)/trials/trial_\(position + 1)"
          func source(_ name: String) -> String? {
            files["\(place)/\(name)"].map { folder(String(decoding: $0, as: UTF8.self)) }
          }
          #expect(source("queries/min.png") == "\(trial.queries)/min_9.png")
          #expect(source("queries/max.png") == "\(trial.queries)/max_9.png")
          for index in 0..<9 {
            #expect(source("references/min_\(index).png") == "\(trial.references)/min_\(index).png")
            #expect(source("references/max_\(index).png") == "\(trial.references)/max_\(index).png")
          }
        }
        let index = try #require(
          try JSONSerialization.jsonObject(with: files["task_\(task.index)/index.json"] ?? Data())
            as? [String: Any])
        #expect(index["task_name"] as? String == "\(name)/task_\(task.index)")
        #expect(index["n_reference_images"] as? String == "9" && index["n_trials"] as? Int == 3)
        let caught = task.trials.indices.filter { task.trials[$0].mode == .catchTrial }.map { $0 + 1 }
        #expect(index["catch_trial_idxs"] as? [Int] == caught && caught.count == 1)
      }
      let structure = try #require(
        try JSONSerialization.jsonObject(with: files["structure.json"] ?? Data()) as? [String: Any])
      let task = try #require((structure["tasks"] as? [[String: Any]])?.first)
      #expect(task["index"] as? Int == 1)
      for (key, count) in [("raw_trials", 2), ("raw_catch_trials", 1), ("trials", 3)] {
        let trials = try #require(task[key] as? [[String: String]])
        #expect(trials.count == count && Set(trials[0].keys) == ["queries", "references", "mode"])
      }
      #expect((structure["available"] as? [String])?.count == 4)
      // Existing tasks are replaced only on request.
      #expect(throws: Failure.self) { try TaskWriter(plan, into: folder(name), existing: .refuse) }
      _ = try TaskWriter(plan, into: folder(name), existing: .overwrite, hardLinks: links).run()
      #expect(try folder.files(below: name) == files)
    }
    try folder.write([1], to: "other/notes.txt")
    #expect(throws: Failure.self) {
      try TaskWriter(plan, into: folder("other"), existing: .overwrite).run()
    }
    #expect(Disk.isDirectory(folder("other/notes.txt")) == false)
    try FileManager.default.removeItem(
      atPath: folder("stimuli/net_/layer/channel_1000/natural_images/batch_1/max_9.png"))
    let error = #expect(throws: Failure.self) {
      try TaskWriter(plan, into: folder("third"), existing: .refuse)
    }
    #expect(error?.kind == .inputMissing && Disk.isDirectory(folder("third")) == nil)
  }

  @Test(
    "optimized references come from the unit's own folder or the network's; hard conditions use those of the easy one"
  )
  func optimized() throws {
    let folder = try TemporaryFolder()
    var request = try stimuli(folder, units: 2, catchUnits: 0, batches: 0...0, files: false)
    try FileManager.default.moveItem(atPath: folder("stimuli/net_"), toPath: folder("stimuli/net_hard95"))
    (request.settings.units, request.settings.trials, request.settings.tasks) = (2, 2, 1)
    (request.settings.catchTrials, request.extra, request.condition) = (0, "hard95", .optimized)
    request.catchFolder = nil
    #expect(throws: Failure.self) { try TrialPlan(request) }
    try folder.write([], to: "stimuli/net/layer/channel_1000/optimized_images/x")
    try folder.write([], to: "stimuli/net_hard95/layer/channel_1001/optimized_images/x")
    let trials = try TrialPlan(request).tasks[0].trials
    let references = Dictionary(uniqueKeysWithValues: trials.map { (numbers($0)[0], $0.references) })
    #expect(references[0] == folder("stimuli/net/layer/channel_1000/optimized_images"))
    #expect(references[1] == folder("stimuli/net_hard95/layer/channel_1001/optimized_images"))
    for trial in trials {
      #expect(
        trial.mode == .optimized && trial.queries.contains("net_hard95")
          && trial.queries.contains("natural_images"))
    }
  }

  @Test("inconsistent settings are refused")
  func guards() throws {
    func kind(_ change: (inout TrialSettings) -> Void) -> Failure.Kind? {
      var settings = TrialSettings()
      change(&settings)
      return #expect(throws: Failure.self) { try settings.check() }?.kind
    }
    #expect(kind { $0.tasks = 62 } == .usage)
    #expect(kind { $0.trials = 85 } == .usage)
    #expect(kind { $0.units = 0 } == .usage)
    #expect(kind { $0.tasks = .max } == .usage)
    #expect(kind { $0.minBatch = 11 } == .usage)
    #expect(kind { $0.minBatch = -1 } == .usage)
    #expect(kind { $0.catchTrials = -1 } == .usage)
    try TrialSettings().check()
    #expect(TrialSettings().repetitions == 30)
    let folder = try TemporaryFolder()
    var request = try stimuli(folder, units: 83, catchUnits: 0, batches: 0...0, files: false)
    var error = #expect(throws: Failure.self) { try TrialPlan(request) }
    #expect(error?.message.contains("83 units") == true)
    request.settings.units = 80
    request.settings.tasks = 2
    error = #expect(throws: Failure.self) { try TrialPlan(request) }
    request.catchFolder = nil
    error = #expect(throws: Failure.self) { try TrialPlan(request) }
    #expect(error?.kind == .usage)
    request.settings.catchTrials = 0
    #expect(try TrialPlan(request).tasks[0].trials.count == 40)
  }

  @Test("catch units are those whose ends differ most, and their query is one of the references")
  func catchTrials() throws {
    let folder = try TemporaryFolder()
    // The darker the low end, the easier the unit; the noise is the same everywhere.
    for (channel, darkness) in [(1, 10), (2, 80), (3, 40), (4, 0)] {
      var noise = SplitMix(seed: 5)
      for side in ["min", "max"] {
        for index in 0..<9 {
          let pixels = (0..<3 * 16 * 16).map { _ in
            UInt8(150 + noise.next() % 32) - UInt8(side == "min" ? darkness : 0)
          }
          try folder.write(
            PNG.encode(width: 16, height: 16, pixels),
            to: "stimuli/net_/layer/channel_\(channel)/natural_images/batch_0/\(side)_\(index).png")
        }
      }
    }
    var request = CatchRequest(stimuli: folder("stimuli"), model: "net", output: folder("catch"))
    request.count = 2
    let summary = try CatchTrials.make(request)
    #expect(summary.units.map(\.channel) == ["channel_2", "channel_3"] && summary.candidates == 4)
    let files = try folder.files(below: "catch")
    #expect(files.count == 2 * 20 + 1)
    for side in ["min", "max"] {
      let home = "layer/channel2/natural_images/\(side)"
      #expect(files["\(home)_9.png"] != nil && files["\(home)_9.png"] == files["\(home)_8.png"])
    }
    #expect(throws: Failure.self) { try CatchTrials.make(request) }
    (request.count, request.output) = (5, folder("more"))
    #expect(throws: Failure.self) { try CatchTrials.make(request) }
    // The measure is tested directly: the means are 4 apart, one end is spread by 1, the other by 3 (mean
    // squared distances 1 and 9).
    #expect(CatchTrials.separation(of: [[1], [3]], and: [[3], [9]]) == 16.0 / 10)
    #expect(CatchTrials.separation(of: [[1, 2], [1, 2]], and: [[1, 2], [1, 2]]) == 0)
  }
}
