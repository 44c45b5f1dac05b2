import Checkpoints
import Formats
import Foundation
package import Inference
import Machine
package import Tensor

/// A matrix that converts an image embedding to class scores: CLIP's zero-shot head, computed elsewhere from
/// texts.
package struct Classifier: Sendable {
  /// The matrix, embedding × classes.
  package let matrix: Tensor

  /// The number of classes.
  package var classes: Int { matrix.shape[1] }

  /// Reads a matrix, embedding × classes, from an `.npy` file or the only matrix of a checkpoint.
  ///
  /// - Throws: ``Failure`` when the file cannot be read, or has no matrix of `outputs` rows and 1,000
  ///   columns.
  package init(_ path: String, outputs: Int) throws {
    let matrices = try Self.matrices(path)
    let classes = 1000
    guard let matrix = matrices.first(where: { $0.shape == [outputs, classes] }), matrices.count == 1 else {
      let found = matrices.map(\.shape.description).joined(separator: ", ")
      throw Failure(
        .badData,
        "\(path): the classifier has to be one matrix of \(outputs)×\(classes), embedding by classes, and it holds"
          + " \(found.isEmpty ? "none" : found)")
    }
    self.matrix = matrix
  }

  /// Returns the score of each class: 100 · embedding / |embedding| · matrix.
  package func scores(_ embedding: [Float]) -> [Float] {
    let length = embedding.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    var scores = [Double](repeating: 0, count: classes)
    matrix.withUnsafeBufferPointer { matrix in
      for (row, value) in embedding.enumerated() {
        let scaled = 100 * Double(value) / length
        for column in 0..<classes { scores[column] += scaled * Double(matrix[row * classes + column]) }
      }
    }
    return scores.map { Float($0) }
  }

  /// Returns the classes with the highest scores, best first, with the softmax of the scores.
  package func topLabels(_ count: Int, of embedding: [Float]) -> [Prediction] {
    Classes(count: classes).top(count, of: scores(embedding))
  }

  private static func matrices(_ path: String) throws -> [Tensor] {
    if (try? MappedFile(path))?.region.matches(NPYHeader.magic) == true { return [try NPYFile.read(path)] }
    let file = try Checkpoint.open(path)
    return try file.tensors.filter { $0.shape.rank == 2 }.map { try file.tensor(named: $0.name) }
  }
}
