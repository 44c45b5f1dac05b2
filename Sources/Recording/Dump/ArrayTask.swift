/// A task of a Slurm job array. The task's index selects the part of the images that it records.
public struct ArrayTask: Sendable, Hashable {
  /// The job id of the array, where the environment gives it.
  public var job: String?
  /// The folder in which the task's own folder is made.
  public var folder: String

  /// Creates a task.
  public init(job: String?, folder: String) { (self.job, self.folder) = (job, folder) }
}
