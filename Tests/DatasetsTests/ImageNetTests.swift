import Datasets
import Foundation
import Models
import Testing

/// The tables of classes.
struct ImageNetTests {
  @Test("a thousand classes, WordNet identifiers ascending, each with a name")
  func classes() {
    #expect(ImageNet.synsets.count == 1000)
    #expect(ImageNet.names.count == 1000)
    #expect(ImageNet.synsets == Set(ImageNet.synsets).sorted())
    #expect(ImageNet.synsets.allSatisfy { $0.count == 9 && $0.hasPrefix("n") })
    #expect(ImageNet.synsets.first == "n01440764" && ImageNet.names.first == "tench")
    #expect(ImageNet.names[207] == "golden retriever" && ImageNet.synsets[207] == "n02099601")
    #expect(ImageNet.names.last == "toilet tissue")
    #expect(ImageNet.names.allSatisfy { $0 == $0.trimmingCharacters(in: .whitespaces) && !$0.isEmpty })
  }

  @Test("Lucid's outputs 1 to 1000 are the classes, each once; other networks keep PyTorch's order")
  func outputs() throws {
    let lucid = try Model.named("googlenet")
    #expect((0..<1000).map(lucid.outputIndex).sorted() == Array(1...1000))
    #expect((0..<6).map(lucid.outputIndex) == [449, 450, 442, 443, 444, 445])
    #expect(ImageNet.synsets[543] == "n03255030" && lucid.outputIndex(ofClass: 543) == 1000)
    for model in Model.all where model.identifier != "googlenet" {
      #expect(model.outputIndex(ofClass: 543) == 543)
    }
  }

  @Test("the tables agree with the lists beside the sample images, if these exist")
  func lists() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../shared/imagenet").standardizedFileURL
    guard let text = try? String(contentsOf: folder.appending(path: "lucid_synsets.txt"), encoding: .utf8),
      let synsets = try? String(contentsOf: folder.appending(path: "synsets.txt"), encoding: .utf8)
    else { return }
    #expect(synsets.split(separator: "\n").map { String($0.prefix(9)) } == ImageNet.synsets)
    let lucid = try Model.named("googlenet")
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      let position = try #require(ImageNet.synsets.firstIndex(of: String(words[1])))
      #expect(lucid.outputIndex(ofClass: position) == Int(words[0]))
    }
  }
}
