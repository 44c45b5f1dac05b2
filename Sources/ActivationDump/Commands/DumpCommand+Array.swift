import Dumps
import Foundation
import Machine
import Recording

extension DumpCommand {
  /// Determines the part of the images to record: the given one, or that of the task of a job array.
  ///
  /// - Throws: ``Failure`` of kind `usage`.
  func choosePart(_ request: inout DumpRequest) throws {
    if shard == "none" { return }
    if let shard, shard != "auto" {
      request.shard = try Shard(shard)
      return
    }
    let environment = ProcessInfo.processInfo.environment
    guard let shard = try Shard.ofSlurmArray(environment) else { return }
    request.shard = shard
    let folder = PathText.withoutTrailingSlash(output)
    request.arrayTask = ArrayTask(job: environment["SLURM_ARRAY_JOB_ID"], folder: folder)
    request.output = "\(folder)/\(shard.folderName)"
  }

  /// Prints a note that an array records parts of the images, because an array over something else would not
  /// want that.
  func tellOfArray(_ shard: Shard, _ task: ArrayTask?) {
    guard let task else { return }
    Console.note(
      "NOTE: as a task of a Slurm job array, this records part \(shard.index + 1) of \(shard.count) of the images only, into"
        + " \(task.folder)/\(shard.folderName); if every task is to record something of its own (another model, other"
        + " layers), give --shard none")
  }
}
