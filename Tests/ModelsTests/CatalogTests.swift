import Foundation
import Layers
import Models
import Testing

/// Properties of the catalogue that no PyTorch file contains.
struct CatalogTests {
  @Test("Digests are lower-case hexadecimal, names are file names, and no two networks share one")
  func files() {
    let files = Model.all.flatMap(\.publishedFiles)
    for file in files {
      switch file.sha256 {
      case .full(let digits): #expect(digits.count == 64 && isHexadecimal(digits), "\(file.name)")
      case .prefix(let digits): #expect(digits.count == 8 && isHexadecimal(digits), "\(file.name)")
      case .unknown: break
      }
      #expect(!file.name.contains("/") && !file.name.isEmpty)
      #expect(URL(string: file.url)?.scheme == "https")
      #expect(file.bytes == nil || file.megabytes == nil)
    }
    #expect(Set(files.map(\.name)).count == files.count)
    #expect(Model.all.allSatisfy { !$0.publishedFiles.isEmpty && $0.paper?.contains("arXiv:") == true })
  }

  private func isHexadecimal(_ digits: String) -> Bool {
    digits.allSatisfy { "0123456789abcdef".contains($0) }
  }

  @Test(
    "Outputs are probabilities after a softmax, and an embedding for CLIP"
  )
  func outputs() throws {
    for model in Model.all {
      let graph = try model.graph()
      switch model.output {
      case .classes(let order, let areProbabilities):
        #expect(areProbabilities == (graph.kind(of: graph.output) == "softmax"), "\(model.identifier)")
        #expect(
          model.outputs == order.outputs && order == (model.identifier == "googlenet" ? .lucid : .torch))
      case .embedding: #expect(model.displayName.hasPrefix("CLIP"))
      case .numbers: Issue.record("\(model.identifier) has outputs without a meaning")
      }
    }
  }
}
