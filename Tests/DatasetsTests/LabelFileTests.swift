import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Machine

/// Labels of ImageNet's validation set in the formats in which it is downloaded.
struct LabelFileTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(path: "Fixtures/labels")

  private static func path(_ name: String) -> String { fixtures.appending(path: name).path }

  /// The classes of the five images: kit fox, goldfish, tench, toilet tissue, goldfish.
  private static let labels = [278, 1, 0, 999, 1]

  private func images(_ names: [String]? = nil) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let files = names ?? (1...5).map { "ILSVRC2012_val_0000000\($0).JPEG" }
    for file in files { try folder.write([1], to: "val/\(file)") }
    try folder.write(Tar.archive(files.map { ($0, [1]) }), to: "val.tar")
    return folder
  }

  private func labels(_ list: ImageList) -> [Int?] { (0..<list.count).map { list.label(ofRow: $0) } }

  @Test(
    "the devkit's ground truth and Kaggle's CSV label the flat folder and the tar alike",
    arguments: ["devkit", "devkit/data/ILSVRC2012_validation_ground_truth.txt", "LOC_val_solution.csv"])
  func validationSet(file: String) throws {
    let folder = try images()
    for input in ["val", "val.tar"] {
      var list = try ImageList.read(folder(input))
      #expect(list.labels == .none)
      let unlabelled = list.digest
      try list.label(from: Self.path(file))
      #expect(labels(list) == Self.labels && list.labels == .imagenet && list.digest != unlabelled)
    }
  }

  @Test("meta.mat is the same with and without compression; numbers above 1,000 are inner nodes")
  func metaMat() throws {
    let expected = [
      1: "n01443537", 2: "n15075141", 3: "n01440764", 4: "n02119789", 999: "n00001740", 1000: "n00001930",
    ]
    for file in ["devkit/data/meta.mat", "meta-plain.mat"] {
      let bytes = [UInt8](try Data(contentsOf: Self.fixtures.appending(path: file)))
      #expect(try MatSynsets(bytes).synsetOfNumber == expected, "\(file)")
    }
  }

  @Test(
    "damaged MATLAB files are errors or synsets, never a crash",
    arguments: ["devkit/data/meta.mat", "meta-plain.mat"])
  func damagedMat(file: String) throws {
    let original = [UInt8](try Data(contentsOf: Self.fixtures.appending(path: file)))
    var generator = SplitMix(seed: 3)
    var refused = 0
    for length in 0..<original.count where length < 400 || length % 7 == 0 {
      if (try? MatSynsets(Array(original[..<length]))) == nil { refused += 1 }
    }
    #expect(refused > 100)
    for _ in 0..<3000 {
      var bytes = original
      for _ in 0..<3 {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      _ = try? MatSynsets(bytes)
    }
  }

  @Test("lists of names with indices or synsets, by path, by file name or without extension")
  func tables() throws {
    let folder = try images(["a.JPEG", "b.JPEG", "c d.png"])
    var list = try ImageList.read(folder("val"))
    try folder.write("a\t7\nb.JPEG\t0\r\nc d.png\t1203\n".utf8, to: "labels.tsv")
    try list.label(from: folder("labels.tsv"))
    #expect(labels(list) == [7, 0, 1203] && list.labels == .given)
    try folder.write("c d\tn15075141\na\tn01440764\nb\tn01443537\n".utf8, to: "synsets.tsv")
    try list.label(from: folder("synsets.tsv"))
    #expect(labels(list) == [0, 1, 999] && list.labels == .imagenet)
    var packed = try ImageList.read(folder("val.tar"))
    try packed.label(from: folder("synsets.tsv"))
    #expect(labels(packed) == [0, 1, 999])
  }

  @Test(
    "all common formats of labels have the same result",
    arguments: [
      // The first text is Caffe's val.txt. The others have different separators and quotes, a header, more
      // columns, or no names.
      "a.JPEG 65\nb.JPEG 970\nc d.png 230\n", "val/a.JPEG  65\r\nval/b.JPEG 970\r\nval/c d.png 230",
      "a.JPEG,65\n\"b.JPEG\",970\n\"c d.png\",\"230\"\n", "filename;class\na;65\nb;970\nc d;230\n",
      "Name\tLabel\na.JPEG\t65\nb.JPEG\t970\nc d.png\t230\n",
      "\u{FEFF},width,Path,label,note\n0,3,val/a.JPEG,65,\"x,y\"\n1,3,val/b.JPEG,970,\"two\nlines\"\n2,3,val/c d.png,230,\n",
      "row\tpath\tlabel\tstatus\n0\ta.JPEG\t65\tok\n1\tb.JPEG\t970\tok\n2\tc d.png\t230\tok\n",
      "65\r970\r230\r", "65\n970\n230",
    ])
  func spellings(text: String) throws {
    let folder = try images(["a.JPEG", "b.JPEG", "c d.png"])
    try folder.write(text.utf8, to: "labels.txt")
    var list = try ImageList.read(folder("val"))
    try list.label(from: folder("labels.txt"))
    #expect(labels(list) == [65, 970, 230] && list.labels == .given)
    // The same labels as synsets.
    let synsets = [("65", "n01751748"), ("970", "n09193705"), ("230", "n02105855")]
    try folder.write(synsets.reduce(text) { $0.replacing($1.0, with: $1.1) }.utf8, to: "labels.txt")
    try list.label(from: folder("labels.txt"))
    #expect(labels(list) == [65, 970, 230] && list.labels == .imagenet)
  }

  @Test("labels without names are refused for a list whose rows are in another order")
  func orderOfList() throws {
    let folder = try images(["a.JPEG", "b.JPEG"])
    try folder.write("7\n8\n".utf8, to: "labels")
    try folder.write("a.JPEG\nb.JPEG\n".utf8, to: "val/sorted")
    try folder.write("b.JPEG\na.JPEG\n".utf8, to: "val/unsorted")
    var sorted = try ImageList.read(folder("val/sorted"))
    try sorted.label(from: folder("labels"))
    #expect(labels(sorted) == [7, 8])
    var unsorted = try ImageList.read(folder("val/unsorted"))
    let error = #expect(throws: Failure.self) { try unsorted.label(from: folder("labels")) }
    #expect(error?.message.contains("not sorted bytewise") == true)
  }

  @Test("folders named by class index give labels on request, by number and not as text")
  func numberedFolders() throws {
    let folder = try TemporaryFolder()
    for name in ["0", "10", "9"] { try folder.write([1], to: "v2/\(name)/x.jpeg") }
    var list = try ImageList.read(folder("v2"))
    #expect(labels(list) == [0, 1, 2])
    #expect(list.labelByFolderNumbers() && labels(list) == [0, 10, 9] && list.labels == .given)
    try folder.write([1], to: "v2/1000/x.jpeg")
    var beyond = try ImageList.read(folder("v2"))
    #expect(!beyond.labelByFolderNumbers() && beyond.labels == .folders)
  }

  @Test("impossible labels are refused, with the file and the line or image")
  func refusals() throws {
    let folder = try images()
    func message(_ text: String, _ name: String = "labels") throws -> String {
      let path = try folder.write(text.utf8, to: name)
      var list = try ImageList.read(folder("val"))
      let error = #expect(throws: Failure.self) { try list.label(from: path) }
      #expect(error?.message.contains(folder.path) == true)
      return error?.message ?? ""
    }
    #expect(try message("ImageId,PredictionString\nILSVRC2012_val_00000001,n99 1 2\n").contains("line 2"))
    #expect(
      try message("ImageId,PredictionString\nILSVRC2012_val_00000001,n01440764 1\n").contains(
        "no label for 4 of 5 images: ILSVRC2012_val_00000002.JPEG"))
    #expect(
      try message("1\n2\n3\n", "x_validation_ground_truth.txt").contains("no meta.mat beside it"))
    #expect(try message("1\n2\n3\n").contains("3 labels without names, and there are 5 images"))
    #expect(try message("1\n2\nn01440764\n1\n1\n").contains("line 3"))
    #expect(try message("a.JPEG 1\nb.JPEG n01440764\n").contains("line 2"))
    #expect(try message("a.JPEG 1\na.JPEG 2\n").contains("another label"))
    #expect(try message("[1, 2]").contains("looks like JSON"))
    #expect(try message("a.JPEG,1,kit fox\n").contains("line 1"))
    #expect(try message("a\t1\nb\tcat\n").contains("line 2"))
    #expect(try message("a\t-1\n").contains("line 1"))
    #expect(try message("").contains("empty"))
    try folder.write("n01440764 1 tench\n".utf8, to: "kit/map_clsloc.txt")
    #expect(try message("1\n2\n1\n1\n1\n", "kit/truth.txt").contains("line 2"))
    try folder.write("1\n1\n1\n1\n1\n".utf8, to: "kit/truth.txt")
    var list = try ImageList.read(folder("val"))
    try list.label(from: folder("kit/truth.txt"))
    #expect(labels(list) == [0, 0, 0, 0, 0])
    try folder.write("junk".utf8, to: "kit/meta.mat")
    #expect(try message("1\n", "kit/truth.txt").contains("meta.mat cannot be read"))
    let missing = #expect(throws: Failure.self) { try list.label(from: folder("nowhere")) }
    #expect(missing?.kind == .inputMissing)
    let empty = #expect(throws: Failure.self) { try list.label(from: folder("val")) }
    #expect(empty?.kind == .inputMissing)
  }
}
