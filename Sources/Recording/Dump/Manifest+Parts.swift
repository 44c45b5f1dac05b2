import Machine
import Tensor

extension Manifest {
  /// Which part of the images a dump is of.
  public struct ShardSummary: Codable, Sendable {
    /// Which part, from 0, of how many.
    public var index: Int, count: Int
    /// The row of its first image among all of them, and how many these are.
    public var firstRow: Int, imagesOfAll: Int
    /// The Slurm job array whose task recorded it, where that chose the part.
    public var arrayJob: String?
  }
}

extension Manifest.ImagesSummary {
  /// The path that ``source`` stands for, as ``PathText`` has it.
  package var place: String? { source.map { PathText.text(EscapedText.unescapedBytes($0.utf8)) } }
}
