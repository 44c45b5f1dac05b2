import Checkpoints
import Foundation
import Machine
import Tensor
import TestSupport
import Testing

@Suite("PyTorch files within pickles are read up to a depth, and checked like any other file")
struct NestedFileTests {
  /// Returns a pickle of a tensor and, under another key, a call `torch.storage._load_from_bytes(bytes)`.
  private static func nested(_ bytes: [UInt8], deep levels: Int = 1) -> [UInt8] {
    var inner = bytes
    for _ in 0..<levels {
      inner =
        PickleBytes().op("}(").text("weight").array(extents: [1], data: [0, 0, 128, 63]).text("x")
        .global("torch.storage", "_load_from_bytes").tuple { $0.data(inner) }.op("Ru").end
    }
    return inner
  }

  @Test("A nested file that would run code refuses the whole file, named in the error")
  func attack() throws {
    var legacy = try Data(contentsOf: URL(filePath: Fixtures.path("strided-legacy.pth")))
    let harmless = Data("collections\nOrderedDict\n".utf8)
    let range = try #require(legacy.range(of: harmless))
    legacy.replaceSubrange(
      range, with: Data("posix\nsystemmmmmmmmmmmmm\n".utf8.prefix(harmless.count - 1) + [0x0A]))
    #expect(try openingFault(Self.nested(Array(legacy))).contains("'posix.system"))
  }

  @Test("Nesting and repetition are bounded")
  func bounds() throws {
    let legacy = Array(try Data(contentsOf: URL(filePath: Fixtures.path("strided-legacy.pth"))))
    // A file that is opened repeatedly from the memo.
    var pickle = PickleBytes().data(legacy).op("q").adding([0])
    for _ in 0..<50 {
      pickle = pickle.global("torch.storage", "_load_from_bytes").op("h").adding([0]).adding([0x85]).op("R")
    }
    #expect(try openingFault(pickle.end).contains("more files than it holds"))
  }

  @Test("Python's own pickle of a state dict gives its tensors")
  func pickled() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("training/pickled.pkl"))
    #expect(checkpoint.format == .pickle && checkpoint.tensors.count == 52)
    #expect(checkpoint.shape(of: "params.features.0.weight") == [64, 3, 3, 3])
    #expect(try checkpoint.tensor(named: "params.classifier.1.bias").elements.allSatisfy { $0 == 0.625 })
  }
}

@Suite("Entries that are not read are not checked")
struct UnreadableTests {
  @Test("An entry of an unknown dtype leaves a safetensors file readable, and is reported")
  func safetensors() throws {
    let header =
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F4","shape":[2],"data_offsets":[4,5]}}"#
    let folder = try TemporaryFolder()
    let file = littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + [0, 0, 128, 63, 7]
    let checkpoint = try Checkpoint.open(try folder.write(file, to: "file"))
    #expect(try checkpoint.tensor(named: "a").elements == [1] && checkpoint.names == ["a"])
    #expect(checkpoint.unreadable["b"]?.contains("'F4'") == true)
    let alone = #"{"b":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}"#
    let fault = try openingFault(littleEndian(UInt64(alone.utf8.count)) + Array(alone.utf8) + [7])
    #expect(fault.contains("no tensors in it that can be read") && fault.contains("'F4'"))
  }

  @Test("Text, dates and objects beside the arrays of an .npz are reported, and the numbers are read")
  func npz() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("training/prefixed.npz"))
    #expect(Set(checkpoint.unreadable.keys) == ["classes", "date", "objects"])
    #expect(checkpoint.tensors.count == 105)
  }

  @Test(
    "Without a network, the state dict is the value of a key of training scripts, with or without accuracies beside it"
  )
  func stateDictionary() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("training/imagenet.pth"))
    #expect(checkpoint.names.contains("best_acc1"))
    #expect(try checkpoint.stateDictionary().prefix == "state_dict.")
    #expect(try checkpoint.stateDictionary(key: "state_dict.module").names.first == "features.0.weight")
    #expect(throws: Failure.self) { try checkpoint.stateDictionary(key: "none") }
  }

  @Test(
    "Content of configurations and libraries beside weights",
    arguments: ["training/beside.pth", "training/beside.pkl"])
  func beside(file: String) throws {
    let checkpoint = try Checkpoint.open(Fixtures.path(file))
    #expect(try checkpoint.stateDictionary().names.count == 52)
    #expect(checkpoint.unreadable["extras.quantised"] == "a quantised tensor")
    #expect(checkpoint.unreadable["extras.sparse"] == "a sparse tensor")
    #expect(checkpoint.unreadable["extras.partial"] == "an instance of 'functools.partial'")
    #expect(checkpoint.unreadable["extras.enum"]?.contains("training_script.Pooling") == true)
    #expect(checkpoint.elementType(of: "extras.float8") == .float8e4m3)
  }
}
