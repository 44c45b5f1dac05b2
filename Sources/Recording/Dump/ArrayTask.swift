/// A task of a Slurm job array. The task's index selects the part of the images that it records.
package struct ArrayTask: Sendable, Hashable {
  /// The job id of the array, where the environment gives it.
  package var job: String?
  /// The folder in which the task's own folder is made.
  package var folder: String

  /// Creates a task.
  package init(job: String?, folder: String) { (self.job, self.folder) = (job, folder) }
}
