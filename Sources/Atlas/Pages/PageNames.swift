/// The names of the layers' files.
enum PageNames {
  /// Returns a name for each layer, in order: the layer's own name if it is safe and unique as a file name in
  /// every file system and in a URL, otherwise the layer's number.
  static func names(of layers: [String]) -> [String] {
    var taken: Set<String> = []
    return layers.enumerated().map { index, layer in
      if isPlain(layer), taken.insert(layer.lowercased()).inserted { return layer }
      var name = "layer-\(index)"
      while !taken.insert(name).inserted { name += "-" }
      return name
    }
  }

  private static func isPlain(_ name: String) -> Bool {
    (1...200).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
