/// The entries by which training code identifies the network of a checkpoint.
package enum TrainingFacts {
  private static let names = ["arch", "architecture", "model", "model_name", "backbone", "name"]
  private static let containers = ["args", "hyper_parameters", "config", "opt"]
  /// The longest accepted text. Longer texts are not names.
  private static let maximumLength = 200

  /// The keys of these entries in ``Checkpoint/metadata``: `arch`, `args.model`.
  package static let keys: Set<String> = Set(
    names + containers.flatMap { container in names.map { "\(container).\($0)" } })

  /// Returns the texts under those keys.
  static func read(_ root: PickleValue, in heap: PickleHeap) -> [String: String] {
    var facts: [String: String] = [:]
    func collect(_ value: PickleValue, prefix: String) {
      for name in names {
        guard let text = heap.value(name, in: value)?.text, text.utf8.count <= maximumLength else { continue }
        facts[prefix + name] = text
      }
    }
    collect(root, prefix: "")
    for container in containers {
      guard let value = heap.value(container, in: root) else { continue }
      // A Namespace is an object whose state is a dictionary.
      if case .object(let index) = value {
        collect(heap.objects[index].state, prefix: "\(container).")
      } else {
        collect(value, prefix: "\(container).")
      }
    }
    return facts
  }
}
