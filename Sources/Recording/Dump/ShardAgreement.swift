import Dumps
import Foundation
import Machine

/// The agreement of a job array's tasks to record one recording. The first task writes a file beside their
/// folders; the other tasks compare themselves with it.
///
/// A single task cannot tell an array over networks (`--model ${M[$SLURM_ARRAY_TASK_ID]}`) from an array over
/// images. Several tasks together can: tasks that record different things are not parts of one recording.
struct ShardAgreement: Sendable {
  /// The name of the agreement's file in the folder of the shards' folders: a copy of the first task's
  /// manifest.
  private static let fileName = DumpFolder.agreementName
  /// The maximum number of neighbouring folders that are searched for outputs of other tasks; with more, none
  /// is searched.
  private static let mostNeighbours = 10_000

  private let task: ArrayTask
  private let manifest: Manifest
  private let overwrites: Bool

  init(_ task: ArrayTask, _ manifest: Manifest, overwrites: Bool) {
    (self.task, self.manifest, self.overwrites) = (task, manifest, overwrites)
  }

  private var path: String { "\(task.folder)/\(Self.fileName)" }

  /// Compares this task with the other tasks that have started so far.
  ///
  /// - Parameter atEnd: Whether this task has recorded its part: other tasks may have started in the
  ///   meantime.
  /// - Throws: ``Failure``: `badData` when the tasks are not of one recording, or `cannotCreate`.
  func check(atEnd: Bool = false) throws(Failure) {
    if !atEnd { try FileSystem.createFolders(task.folder) }
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

  /// Returns whether other parts are recorded in the folder.
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

  /// Compares this task with tasks of the same array that record into folders beside this one.
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
  /// Returns the descriptions of the differences that prevent two shards from being of one recording.
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
