import Checkpoints
import Foundation
import Tensor
import TestSupport
import Testing

@Suite("A pickle builds only tensors and plain containers")
struct PickleTests {
  private static let start = PickleBytes()

  /// Returns a pickle of a dictionary with one array under `weight` and the value that `build` pushes under
  /// `extra`.
  private static func beside(_ build: (PickleBytes) -> PickleBytes) -> [UInt8] {
    build(
      start.op("}(").text("weight").array(extents: [2], data: [0, 0, 128, 63, 0, 0, 0, 64]).text("extra")
    )
    .op("u").end
  }

  /// Calls that run programs or code, hidden in several ways, each with the name that the error must contain.
  static let attacks: [(name: String, pickle: [UInt8])] = {
    func shell(_ pickle: PickleBytes) -> PickleBytes { pickle.tuple { $0.text("touch \(sentinel)") } }
    return [
      ("os.system", start.global("os", "system").apply(shell).op("R").end),
      ("posix.system", beside { $0.global("posix", "system").apply(shell).op("R") }),
      ("nt.system", beside { $0.global("nt", "system").apply(shell).op("R") }),
      ("os.system", beside { $0.stackGlobal("os", "system").apply(shell).op("R") }),
      ("os.system", beside { $0.op("(").text("x").op("ios\nsystem\n") }),  // INST
      ("os.system", beside { $0.op("(").global("os", "system").text("x").op("o") }),  // OBJ
      ("os.system", beside { $0.global("os", "system").op(")").adding([0x81]) }),  // NEWOBJ
      ("builtins.eval", beside { $0.global("__builtin__", "eval").apply(shell).op("R") }),
      ("builtins.exec", beside { $0.global("builtins", "exec").apply(shell).op("R") }),
      ("builtins.__import__", beside { $0.global("builtins", "__import__").apply(shell).op("R") }),
      ("subprocess.Popen", beside { $0.global("subprocess", "Popen").apply(shell).op("R") }),
      ("torch.load", beside { $0.global("torch", "load").apply(shell).op("R") }),
      ("runpy._run_code", beside { $0.global("runpy", "_run_code").apply(shell).op("R") }),
      // The function is passed to another function that would call it.
      (
        "os.system",
        beside { $0.global("functools", "partial").tuple { $0.global("os", "system").text("x") }.op("R") }
      ),
      (
        "os.system",
        beside { $0.global("builtins", "map").tuple { $0.global("os", "system").op("]") }.op("R") }
      ),
      // The function is looked up by name.
      (
        "os.system",
        beside { pickle in
          pickle.global("builtins", "getattr").tuple {
            $0.global("dill._dill", "_import_module").tuple { $0.text("os") }.op("R").text("system")
          }.op("R").apply(shell).op("R")
        }
      ),
      // The function is reached through a module that imports it, or by attributes of harmless objects.
      (
        "torch.serialization.os.system",
        beside { $0.stackGlobal("torch.serialization", "os.system").apply(shell).op("R") }
      ),
      (
        "torch.serialization.os.system",
        beside { pickle in
          pickle.global("builtins", "getattr").tuple {
            $0.global("builtins", "getattr").tuple {
              $0.global("dill._dill", "_import_module").tuple { $0.text("torch.serialization") }.op("R").text(
                "os")
            }.op("R").text("system")
          }.op("R").apply(shell).op("R")
        }
      ),
      ("system", beside { attribute(of: $0, "cloudpickle.cloudpickle", "subimport", "system") }),
      ("builtins.object.__subclasses__", beside { attribute(of: $0, nil, "object", "__subclasses__") }),
      (
        "numpy.f2py.crackfortran.myeval",
        beside { $0.global("numpy.f2py.crackfortran", "myeval").apply(shell).op("R") }
      ),
      ("pandas.eval", beside { $0.global("pandas", "eval").apply(shell).op("R") }),
      (
        "someone.tools.check_output",
        beside { $0.global("someone.tools", "check_output").apply(shell).op("R") }
      ),
      ("code.interact", beside { $0.global("code", "interact").apply(shell).op("R") }),
      // The result of a harmless call is called.
      (
        "operator.attrgetter",
        beside { $0.global("operator", "attrgetter").apply(shell).op("R").apply(shell).op("R") }
      ),
      ("builtins.map", beside { $0.global("builtins", "map").apply(shell).op("R") }),
    ]
  }()

  /// Returns a pickle of `getattr(function("os"), name)`, or of `getattr(builtin, name)` without a module.
  private static func attribute(
    of pickle: PickleBytes, _ module: String?, _ function: String, _ name: String
  ) -> PickleBytes {
    pickle.global("builtins", "getattr").tuple { start in
      let owner =
        if let module {
          start.global(module, function).tuple { $0.text("os") }.op("R")
        } else {
          start.global("builtins", function)
        }
      return owner.text(name)
    }.op("R")
  }

  private static let sentinel = "/tmp/activation-dump-pickle-was-executed"

  @Test("A harmful call is refused, named in the error, and not executed", arguments: attacks)
  func attack(name: String, pickle: [UInt8]) throws {
    let reason = try openingFault(pickle)
    #expect(reason.contains("'\(name)'"), "\(reason)")
    #expect(reason.contains("refused"))
    #expect(!FileManager.default.fileExists(atPath: Self.sentinel))
  }

  @Test(
    "A harmful call is refused in every PyTorch container",
    arguments: ["strided-zip.pth", "script.pt", "strided-legacy.pth"])
  func attackInContainers(file: String) throws {
    // PyTorch's import of OrderedDict is replaced by an import of the same length that runs a program.
    var data = try Data(contentsOf: URL(filePath: Fixtures.path(file)))
    let harmless = Data("collections\nOrderedDict\n".utf8)
    var name = "posix\nsystem".utf8.map { $0 }
    name.insert(
      contentsOf: repeatElement(UInt8(ascii: "m"), count: harmless.count - 1 - name.count), at: name.count)
    let range = try #require(data.range(of: harmless))
    data.replaceSubrange(range, with: Data(name + [0x0A]))
    #expect(try openingFault(data).contains("'posix.system"))
  }

  @Test("Classes of training code beside the weights are placeholders")
  func placeholders() throws {
    let folder = try TemporaryFolder()
    let pickles = [
      Self.beside {
        $0.global("somewhere.training", "Options").op(")").adding([0x81]).op("}").text("lr").integer(1).op(
          "sb")
      },
      Self.beside {
        $0.global("copy_reg", "_reconstructor").tuple {
          $0.global("a.b", "C").global("__builtin__", "object").op("N")
        }.op("R").op("}b")
      },
      Self.beside { $0.global("a.b", "List").op(")").adding([0x81]).op("(").integer(1).integer(2).op("e") },
      Self.beside { $0.global("pathlib", "PosixPath").tuple { $0.text("a").text("b") }.op("R") },
      Self.beside { $0.global("somewhere", "function") },  // imported, not called
      // A user's enumeration member, a partial function, an exception, a signal from a scheduler's settings.
      Self.beside { $0.global("somewhere.training", "Pooling").tuple { $0.text("mean") }.op("R") },
      Self.beside {
        $0.global("functools", "partial").tuple { $0.global("a.b", "f") }.op("R").tuple {
          $0.global("a.b", "f").op(")}N")
        }.op("b")
      },
      Self.beside { $0.global("builtins", "ValueError").tuple { $0.text("x") }.op("R") },
      Self.beside { $0.global("signal", "Signals").tuple { $0.integer(10) }.op("R") },
      Self.beside { $0.global("code.models", "Net").op(")").adding([0x81]) },
      // Persistent identifiers that are not storages, and tensors in unknown storages.
      Self.beside { $0.op("Psomething\n") }, Self.beside { $0.integer(3).op("Q") },
      Self.beside { pickle in
        pickle.global("torch._utils", "_rebuild_tensor_v2").tuple {
          $0.tuple { $0.text("storage").global("torch", "NewStorage").text("0").text("cpu").integer(4) }.op(
            "Q"
          )
          .integer(0).tuple { $0.integer(4) }.tuple { $0.integer(1) }
        }.op("R")
      },
      // Bytes that are not a PyTorch file, where one is expected.
      Self.beside { $0.global("torch.storage", "_load_from_bytes").tuple { $0.data([1, 2]) }.op("R") },
      // Lists that contain themselves.
      Self.beside { $0.op("]q").adding([7]).op("h").adding([7]).op("a") },
    ]
    for (number, pickle) in pickles.enumerated() {
      let checkpoint = try Checkpoint.open(try folder.write(pickle, to: "\(number)"))
      #expect(checkpoint.names == ["weight"])
      #expect(try checkpoint.tensor(named: "weight").elements == [1, 2])
    }
  }

  /// Compares with Python's `raw-unicode-escape` decoder.
  @Test(
    "Escapes in text of protocol 0 are read like in Python",
    arguments: [
      (#"\u0041"#, "A"), (#"\U00000041\x"#, #"A\x"#), (#"a\\u0041"#, #"a\\u0041"#),
      (#"\\\u0041"#, #"\\A"#),
      (#"\U00110000"#, nil), (#"\u+041"#, nil), (#"\u004"#, nil),
    ] as [(String, String?)])
  func escapes(line: String, text: String?) throws {
    let pickle = Self.start.op("}(V\(line)\n").array(extents: [1], data: [0, 0, 128, 63]).op("u").end
    guard let text else { return #expect(try openingFault(pickle).contains("broken escape")) }
    let folder = try TemporaryFolder()
    #expect(try Checkpoint.open(try folder.write(pickle, to: "file")).names == [text])
  }

  @Test("Protocol 0 may store a whole tensor on one line of any length")
  func longLine() throws {
    let count: Int32 = 1 << 19
    // Python escapes characters that would end the line, and no other Latin-1 characters.
    let line = [UInt8](repeating: 0xBF, count: 4 * Int(count))
    let pickle = Self.start.op("}(").text("weight")
      .global("numpy.core.multiarray", "_reconstruct").global("numpy", "ndarray")
      .tuple { $0.integer(0) }.data([0x62]).adding([0x87]).op("R")
      .tuple {
        $0.integer(1).tuple { $0.integer(count) }
          .global("numpy", "dtype").tuple { $0.text("f4").integer(0).integer(1) }.op("R").adding([0x89])
          .global("_codecs", "encode").tuple { $0.op("V").adding(line).op("\n").text("latin1") }.op("R")
      }.op("bu").end
    let folder = try TemporaryFolder()
    let checkpoint = try Checkpoint.open(try folder.write(pickle, to: "file"))
    #expect(
      try checkpoint.tensor(named: "weight").elements
        == Array(repeating: Float(bitPattern: 0xBFBF_BFBF), count: Int(count)))
  }

  @Test("The last of two entries with the same name counts, as in Python")
  func duplicates() throws {
    let folder = try TemporaryFolder()
    let pickle = Self.start.op("}(")
      .text("a").array(extents: [1], data: [0, 0, 128, 63]).text("b").array(
        extents: [1], data: [0, 0, 0, 64]
      )
      .text("a").array(extents: [1], data: [0, 0, 64, 64]).op("u").end
    let checkpoint = try Checkpoint.open(try folder.write(pickle, to: "file"))
    #expect(checkpoint.names == ["a", "b"])
    #expect(try checkpoint.tensor(named: "a").elements == [3])
  }

  @Test("Unlimited nesting neither overflows the stack nor hangs")
  func nesting() throws {
    // Lists and tuples nested in each other.
    let array = Self.start.array(extents: [1], data: [0, 0, 128, 63])
    #expect(
      try openingFault(array.adding(Array(repeating: 0x85, count: 500_000)).end).contains("without end"))
    let lists = Self.start.adding(Array(repeating: 0x5D, count: 500_000)).array(
      extents: [1], data: [0, 0, 128, 63])
    #expect(
      try openingFault(lists.adding(Array(repeating: 0x61, count: 500_000)).end).contains("without end"))
    // A list that contains itself.
    let cycle = Self.start.op("]q").adding([0]).op("h").adding([0]).op("a")
    #expect(try openingFault(cycle.end).contains("without end"))
    // Forty lists that each contain the previous list twice: 2^40 paths, of which a few are listed.
    var shared = array.op("q").adding([0])
    for level in UInt8(0)..<40 {
      shared = shared.op("](h").adding([level]).op("h").adding([level]).op("eq").adding([level + 1])
    }
    let folder = try TemporaryFolder()
    #expect(try Checkpoint.open(try folder.write(shared.end, to: "shared")).tensors.count <= 16)
  }

  @Test("Nested instances neither overflow the stack nor hang")
  func nestedInstances() throws {
    // An instance whose state consists of nested tuples.
    let instance = Self.start.global("a.b", "C").op(")").adding([0x81])
    let deep = instance.op(")").adding(Array(repeating: 0x85, count: 500_000)).op("b")
    #expect(try openingFault(deep.end).contains("no tensors"))
    // An instance that is its own module, which adds nothing to a path, and a long chain of such instances.
    let own = instance.op("q").adding([0]).op("}").text("_modules").op("h").adding([0]).op("sb")
    #expect(try openingFault(own.end).contains("without end"))
    var chain = instance.op("q").adding([0]).op("0").op("}")
    for _ in 0..<10_000 {
      chain = chain.op("q").adding([1]).op("0").global("a.b", "C").op(")").adding([0x81])
        .op("}").text("_modules").op("h").adding([1]).op("sb")
    }
    #expect(try openingFault(chain.end).contains("without end"))
  }

  @Test("Expensive repetition through the memo is refused")
  func amplification() throws {
    /// Returns a pickle that stores a long value and then uses it 200,000 times.
    func repeated(_ long: (PickleBytes) -> PickleBytes, _ use: [UInt8]) -> [UInt8] {
      long(Self.start.global("collections", "OrderedDict").op("q").adding([9]).op("(")).op("q").adding([0])
        .adding(Array(repeatElement(use, count: 200_000).joined())).end
    }
    let items = Array(repeating: UInt8(0x4E), count: 200_000)
    let pairs: (PickleBytes) -> PickleBytes = { pickle in
      pickle.op("NN").adding([0x86]).op("q").adding([1]).op("](")
        .adding(Array(repeatElement([0x68, 1], count: 200_000).joined())).op("e").adding([0x85])
    }
    // OrderedDict(pairs) is called repeatedly.
    #expect(try openingFault(repeated(pairs, [0x68, 9, 0x68, 0, 0x52])).contains("more than"))
    // A long name is imported repeatedly.
    let name: (PickleBytes) -> PickleBytes = { $0.text(String(repeating: "x", count: 200_000)) }
    #expect(try openingFault(repeated(name, [0x68, 0, 0x68, 0, 0x93])).contains("without a name"))
    // A long list of numbers beside the weights is visited from many places.
    let list: (PickleBytes) -> PickleBytes = { $0.op("](").adding(items).op("e") }
    let visits = list(Self.start).op("q").adding([0]).op("](")
      .adding(Array(repeatElement([0x68, 0], count: 200_000).joined())).op("e")
    #expect(try openingFault(visits.end).contains("without end"))
  }

  @Test("Lengths beyond the file are refused before memory is allocated")
  func wildClaims() throws {
    func fault(_ bytes: [UInt8]) throws -> String { try openingFault(Self.start.adding(bytes).end) }
    #expect(try fault([0x42] + littleEndian(UInt32.max)).contains("cut off"))
    #expect(try fault([0x8E] + littleEndian(UInt64.max)).contains("cut off"))
    #expect(try fault([0x8E] + littleEndian(UInt64(Int64.max))).contains("cut off"))
    #expect(try fault([0x8B] + littleEndian(UInt32.max)).contains("cut off"))
    #expect(try fault([0x58] + littleEndian(UInt32.max)).contains("cut off"))
    let array = Self.start.array(extents: [.max, .max, .max], data: [1, 2, 3, 4]).end
    #expect(try openingFault(array).contains("4 bytes"))
    #expect(try openingFault(Self.start.array(extents: [-1], data: []).end).contains("-1"))
    // A text is encoded repeatedly from the memo.
    var bomb = Self.start.text(String(repeating: "x", count: 10_000)).op("q").adding([0])
    for _ in 0..<20 {
      bomb = bomb.global("_codecs", "encode").op("h").adding([0]).text("latin1").adding([0x86]).op("R")
    }
    #expect(try openingFault(bomb.end).contains("more text than it holds"))
  }

  @Test(
    "The error about a damaged pickle states its reason",
    arguments: [
      ([0x2E], "empty stack"), ([0x85, 0x2E], "empty stack"), ([0x74, 0x2E], "lacks a mark"),
      ([0x68, 0x05, 0x2E], "never stored"), ([0xFF, 0x2E], "unknown opcode 255"),
      ([0x28, 0x30, 0x30], "empty stack"),
      ([0x7D, 0x28, 0x4E, 0x75, 0x2E], "key without a value"), ([0x4E, 0x4E, 0x61, 0x2E], "no list"),
      ([0x80, 0x09], "protocol 9"), ([0x82, 0x01], "extension registry"), ([0x97], "outside the file"),
      ([0x4E, 0x29, 0x52, 0x2E], "not a name"),
      ([0x4E, 0x4E, 0x62, 0x2E], "has none"), ([0x7D, 0x2E], "no tensors"), ([0x4E], "cut off"),
    ] as [([UInt8], String)])
  func damage(opcodes: [UInt8], reason: String) throws {
    let fault = try openingFault([0x80, 2] + opcodes)
    #expect(fault.contains(reason), "\(fault)")
  }

  @Test("Bytes after a pickle of arrays are detected")
  func trailing() throws {
    let pickle = Self.beside { $0.integer(1) }
    #expect(try openingFault(pickle + [0]).contains("1 bytes follow"))
  }
}

extension PickleBytes {
  fileprivate func apply(_ build: (PickleBytes) -> PickleBytes) -> PickleBytes { build(self) }
}
