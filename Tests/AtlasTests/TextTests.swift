import Foundation
import Mustache
import TestSupport
import Testing

@testable import Atlas

/// Tests of names as text, in every place of a page.
struct TextTests {
  static let hostile = [
    "</script><script>alert(1)</script>", "\" onerror=\"alert(1)", "' onerror='alert(1)",
    "<\u{338}img src=x>",
    "\"\u{301} onerror=alert(1)", "&lt;\u{20E3}&amp;", "a\nb\rc\td", "\0\u{1}\u{7F}", "\u{2028}\u{2029}",
    "{{model}}{{{model}}}",
    "\\u003c\\", "ünïcödé 猫 🐈", "\u{FFFD}", "\r\n", "",
  ]

  @Test("a browser reads any text in a page only as text", arguments: hostile)
  func markup(text: String) {
    let escaped = MarkupText.escaped(text)
    #expect(!escaped.unicodeScalars.contains { "<>\"'".unicodeScalars.contains($0) })
    // The text is decoded as a browser decodes it.
    var read = escaped
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    for (entity, character) in entities {
      // The comparison is literal: a mark that combines with the semicolon does not hide the entity from a
      // browser.
      read = read.replacingOccurrences(of: entity, with: character, options: .literal)
    }
    let expected = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          (scalar.value < 32 && ![9, 10, 13].contains(scalar.value)) || scalar.value == 127
            ? "\u{FFFD}" : scalar
        }))
    #expect(Array(read.unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test("both templates escape by code points, in text and attributes")
  func templates() throws {
    let evil = "\"\u{301}><\u{338}script>alert(1)</script>"
    let pages = try Pages()
    let layer = pages.text(
      of: LayerPage(
        model: evil, layer: evil, file: "layer-0", studyName: evil, units: "1 unit", images: "1 image",
        recorded: evil, remarks: [evil], deadIsKnown: true, neverPositiveName: evil,
        previous: .init(layer: evil, file: "a"),
        next: .init(layer: evil, file: "b")))
    let index = pages.text(
      of: IndexPage(
        model: evil, lede: evil, remarks: [evil], example: evil, layerCount: "1 layer",
        neverPositiveName: evil,
        layers: [
          .init(
            layer: evil, file: "layer-0", studyName: evil, units: "1", neverPositive: "0", dead: "0",
            constant: "0",
            sparsity: "0 %",
            spread: "", glimpse: [.init(source: "thumbnails/0000/1.jpg"), .init(source: nil)])
        ], provenance: [.init(name: evil, value: evil)]))
    for page in [layer, index] {
      let scalars = page.unicodeScalars
      #expect(page.contains("&quot;\u{301}&gt;&lt;\u{338}script&gt;alert(1)&lt;/script&gt;"))
      #expect(
        !zip(scalars, scalars.dropFirst()).contains { "<\"".unicodeScalars.contains($0) && $1.value > 127 })
      #expect(page.components(separatedBy: "<script").count - 1 == (page == layer ? 7 : 1))
      #expect(!page.contains("{{"))
    }
    #expect(index.contains("src=\"thumbnails/0000/1.jpg\"") && index.contains("class=\"void\""))
  }

  @Test("strings in scripts are JSON of plain ASCII that cannot end a script", arguments: hostile)
  func script(text: String) throws {
    let literal = ScriptText.string(text)
    #expect(literal.utf8.allSatisfy { (0x20...0x7E).contains($0) && !"<>&".utf8.contains($0) })
    let read = try JSONSerialization.jsonObject(with: Data("[\(literal)]".utf8)) as? [String]
    #expect(read?.first.map { Array($0.utf16) } == Array(text.utf16))
  }

  @Test("numbers are packed in the format that NumPy reads")
  func packed() {
    // The expected text is base64.b64encode(numpy.array([1, -2.5], "<f4").tobytes()), and of [1, 258] as
    // "<u2" and "<u4".
    #expect(ScriptText.packed([1, -2.5] as [Float]) == "\"AACAPwAAIMA=\"")
    #expect(ScriptText.packed([1, 258] as [UInt16]) == "\"AQACAQ==\"")
    #expect(ScriptText.packed([1, 258] as [UInt32]) == "\"AQAAAAIBAAA=\"")
    #expect(ScriptText.packed([] as [Float]) == "\"\"")
  }

  @Test("folded paths unfold to the original paths")
  func folded() {
    let paths = [
      "n01440764/n01440764_10026.JPEG", "n01440764/n01440764_10027.JPEG", "n01440764/ünï.JPEG",
      "n01440764/ünö.JPEG",
      "", String(repeating: "x", count: 80), String(repeating: "x", count: 90), "猫/1", "猫/2", "a\nb", "a\n",
    ]
    var last = ""
    let unfolded = FoldedPaths.fold(paths).map { folded -> String in
      // The page unfolds paths in the same way, by UTF-16 units.
      let shared = Int(folded.prefix(1), radix: 36) ?? -1
      last = String(
        decoding: Array(last.utf16.prefix(shared)) + Array(folded.dropFirst().utf16), as: UTF16.self)
      return last
    }
    #expect(unfolded == paths)
    #expect(FoldedPaths.fold(paths)[1] == "o7.JPEG")
  }

  @Test("pages have names that stay in their folder and differ in every file system")
  func pageNames() {
    let layers = [
      "layer4.2.conv3", "LAYER4.2.conv3", "../../etc/passwd", "a/b", "", ".hidden", "layer-1", "a b", "é",
      String(repeating: "x", count: 300), "visual.transformer.resblocks.0.mlp.c_fc",
    ]
    let names = PageNames.names(of: layers)
    #expect(Set(names.map { $0.lowercased() }).count == layers.count)
    #expect(names[0] == layers[0] && names[10] == layers[10])
    #expect(
      names.allSatisfy { !$0.contains("/") && !$0.hasPrefix(".") && !$0.isEmpty && $0.utf8.count <= 200 })
  }

  @Test("shares and counts are worded correctly")
  func wording() {
    #expect(
      [0, 0.00001, 0.4321, 0.99999, 1].map(Wording.percent) == ["0 %", "0.1 %", "43.2 %", "99.9 %", "100 %"])
  }
}
