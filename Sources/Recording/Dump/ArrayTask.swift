/// A task of a Slurm job array that records the part of the images which its number says.
package struct ArrayTask: Sendable, Hashable {
  /// The number of the array's job, where the environment says it.
  package var job: String?
  /// The folder that the task's own folder is made in.
  package var folder: String

  /// Creates a task.
  package init(job: String?, folder: String) { (self.job, self.folder) = (job, folder) }
}
