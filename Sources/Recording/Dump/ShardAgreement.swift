import Dumps
import Foundation
import Machine

/// What the tasks of a job array record together: it is written down beside their folders by the first, and the others compare.
///
/// An array over networks (`--model ${M[$SLURM_ARRAY_TASK_ID]}`) looks to each of its tasks as one over images does. Together
/// they can tell: tasks of one array that record different things do not each record a part of one.
struct ShardAgreement: Sendable {
  /// The file of the agreement, in the folder of the shards' folders: the manifest of the task that came first.
  private static let fileName = DumpFolder.agreementName
  /// Outputs of other tasks are looked for beside this one, unless there is more than that.
  private static let mostNeighbours = 10_000

  private let task: ArrayTask
  private let manifest: Manifest
  private let overwrites: Bool

  init(_ task: ArrayTask, _ manifest: Manifest, overwrites: Bool) {
    (self.task, self.manifest, self.overwrites) = (task, manifest, overwrites)
  }

  private var path: String { "\(task.folder)/\(Self.fileName)" }

  /// Compares this task with the others, as far as they are known by now.
  ///
  /// - Parameter atEnd: Whether this task has recorded its part: others may have begun meanwhile.
  /// - Throws: ``Failure``: `badData` when they are not of one recording, or `cannotCreate`.
  func check(atEnd: Bool = false) throws(Failure) {
    if !atEnd { try Disk.createDirectory(task.folder) }
    let isFirst = try OutputFolder.claim(path) { (path) throws(Failure) in try manifest.write(to: path) }
    if !isFirst, let other = try? Manifest.read(path) {
      let differences = manifest.differencesAsShard(from: other)
      if !differences.isEmpty {
        let isTaken = overwrites ? false : try hasOtherShards()
        guard !isOfThisJob(other), !isTaken else {
          throw refusal(other, in: task.folder, differences)
        }
        try manifest.write(to: path)
      }
    }
    try checkNeighbours()
  }

  private func isOfThisJob(_ other: Manifest) -> Bool { task.job != nil && other.shard?.arrayJob == task.job }

  /// Whether other parts are recorded in the folder.
  private func hasOtherShards() throws(Failure) -> Bool {
    for name in try Disk.names(in: task.folder) where name.hasPrefix("shard-") {
      let folder = DumpFolder(path: "\(task.folder)/\(name)")
      if let other = try? Manifest.read(folder.manifest), other.shard?.index != manifest.shard?.index,
        (try? folder.contents()) == .output
      {
        return true
      }
    }
    return false
  }

  /// Looks at what other tasks of the array record into folders beside this one.
  private func checkNeighbours() throws(Failure) {
    guard task.job != nil else { return }
    let above = PathText.folder(of: task.folder)
    guard let names = try? Disk.names(in: above), names.count <= Self.mostNeighbours else { return }
    for name in names where "\(above)/\(name)" != task.folder && name != task.folder {
      guard Disk.isRegularFile("\(above)/\(name)/\(Self.fileName)"),
        let other = try? Manifest.read("\(above)/\(name)/\(Self.fileName)"), isOfThisJob(other)
      else { continue }
      let differences = manifest.differencesAsShard(from: other)
      if !differences.isEmpty { throw refusal(other, in: "\(above)/\(name)", differences) }
    }
  }

  private func refusal(_ other: Manifest, in folder: String, _ differences: [String]) -> Failure {
    let more = differences.count > 1 ? " (and \(differences.count - 1) more)" : ""
    return Failure(
      .badData,
      "tasks of a job array record parts of one recording, but task \(other.shard?.index ?? 0) in \(folder) is of another"
        + " than this one: \(differences[0])\(more)",
      remedy: "give all tasks the same options, or \(.shard, "none") if each is to record"
        + " something of its own")
  }
}

extension Manifest {
  /// What keeps two shards from being of one recording, in words.
  fileprivate func differencesAsShard(from other: Manifest) -> [String] {
    var found = differences(from: other, ignoringShard: true).map(\.description)
    if shard?.count != other.shard?.count {
      found.append("\(shard?.count ?? 1) shards, not \(other.shard?.count ?? 1)")
    }
    if shard?.imagesOfAll != other.shard?.imagesOfAll {
      found.append("\(shard?.imagesOfAll ?? 0) images in all, not \(other.shard?.imagesOfAll ?? 0)")
    }
    return found
  }
}
