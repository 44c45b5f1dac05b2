import Foundation
import Tensor

/// PyTorch's description of one network: Tests/Fixtures/models/generate.py, which explains the format.
struct PyTorchDescription {
  struct Module {
    let name: String
    let type: String
    /// The shape of the module's output; `nil` if the module was not called.
    let output: Shape?
    /// The module's own parameters and buffers, by their full names.
    let parameters: [String: Shape]
    let isRelevant: Bool
  }

  let input: Shape
  let multiplyAdds: Int
  /// The modules in the order of `named_modules()`.
  let modules: [Module]

  var parameters: [String: Shape] {
    modules.reduce(into: [:]) { $0.merge($1.parameters) { first, _ in first } }
  }

  init(of identifier: String) throws {
    let file = identifier.hasPrefix("resnet50-") ? "resnet50" : identifier  // they differ only in weights
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/models/\(file).txt")
    let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
    input = try Self.shape(lines[0].split(separator: " ")[1])
    multiplyAdds = try Self.integer(lines[1].split(separator: " ")[1])
    modules = try lines.dropFirst(2).map { line in
      let words = line.split(separator: " ")
      let name = words[0] == "." ? "" : String(words[0].drop { $0 == "*" })
      let parameters = try words.dropFirst(3).map { word in
        let parts = word.split(separator: "=")
        return (name.isEmpty ? String(parts[0]) : "\(name).\(parts[0])", try Self.shape(parts[1]))
      }
      return Module(
        name: name, type: String(words[1]), output: words[2] == "-" ? nil : try Self.shape(words[2]),
        parameters: Dictionary(uniqueKeysWithValues: parameters), isRelevant: words[0].hasPrefix("*"))
    }
  }

  private static func shape(_ text: Substring) throws -> Shape {
    Shape(try text.split(separator: "x").map { try integer($0) })
  }

  private static func integer(_ text: Substring) throws -> Int {
    guard let value = Int(text) else { throw CocoaError(.fileReadCorruptFile) }
    return value
  }
}
