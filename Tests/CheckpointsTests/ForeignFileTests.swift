import Checkpoints
import Foundation
import Machine
import Tensor
import TestSupport
import Testing

@Suite("A file that is not a checkpoint gives an error with its kind and a remedy")
struct ForeignFileTests {
  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  static let files: [(bytes: [UInt8], words: String)] = [
    ([], "empty"),
    (bytes("version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 5\n"), "git lfs pull"),
    (bytes("/annex/objects/SHA256E-s5--4d\n"), "git annex get"),
    (bytes("<!DOCTYPE html>\n<html>"), "HTML page"), (bytes("\n  <HTML><body>Sign in"), "HTML page"),
    (bytes("\u{FEFF}<!doctype HTML>"), "HTML page"),
    (bytes("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"), "XML document"),
    (bytes("<?xml version=\"1.0\"?>\n<net name=\"x\">"), "OpenVINO"),
    (bytes("{\"architectures\": [\"ResNet\"]}"), "JSON document"),
    (bytes("{\n  \"error\": 404\n}"), "JSON document"),
    (bytes("[1, 2]"), "JSON document"),
    ([0x1F, 0x8B, 8, 0], "gunzip"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0], "unxz"),
    ([0x28, 0xB5, 0x2F, 0xFD], "unzstd"),
    (bytes("BZh91AY&SY"), "bunzip2"), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7z x"),
    (bytes("Rar!\u{1A}\u{7}"), "unrar"),
    (bytes("weights.pth") + [UInt8](repeating: 0, count: 246) + bytes("ustar  "), "tar xf"),
    ([0x08, 0x08, 0x12, 0x07] + bytes("pytorch"), "ONNX"),
    ([0x08, 0x01, 0x12, 0xB1, 0x02], "TensorFlow SavedModel"),
    ([0x89] + bytes("HDF\r\n\u{1A}\n"), "HDF5"), (bytes("GGUF\u{3}"), "GGUF"),
    (bytes("\u{1C}\0\0\0TFL3"), "TensorFlow Lite"), (bytes("%PDF-1.7"), "PDF"),
    ([0xFF, 0xD8, 0xFF, 0xE0, 0, 16], "JPEG"), ([0x89] + bytes("PNG\r\n\u{1A}\n"), "PNG"),
    (bytes("model_checkpoint_path: \"model.ckpt-1\"\n"), "TensorFlow checkpoint"),
    (bytes("#!/bin/sh\n"), "script"), (bytes("import torch\n"), "script"),
    (bytes("hello world\n"), "'hello world'"),
    ([0x93] + bytes("NUMPY\u{1}\0"), "numpy.savez"), ([0x7F] + bytes("ELF"), "a program"),
  ]

  @Test("The kind is found by content", arguments: files)
  func content(bytes: [UInt8], words: String) throws {
    let fault = try openingFault(bytes)
    #expect(fault.contains(words), "\(fault)")
  }

  @Test(
    "PyTorch files without a state dict",
    arguments: [("foreign/export.pt2", "torch.export"), ("foreign/frozen.pt", "frozen TorchScript")])
  func pytorch(file: String, words: String) throws {
    let error = #expect(throws: Failure.self) { try Checkpoint.open(Fixtures.path(file)) }
    #expect(
      error?.kind == .badData && error?.reason.description.contains(words) == true,
      "\(error?.reason.description ?? "")")
  }

  @Test("A module of torch.fx and a whole module give their parameters", arguments: ["fx.pth", "whole.pth"])
  func modules(file: String) throws {
    let expected = try JSONDecoder().decode(
      [String: [String: [Float]]].self,
      from: Data(contentsOf: URL(filePath: Fixtures.path("foreign/expected.json"))))
    let checkpoint = try Checkpoint.open(Fixtures.path("foreign/\(file)"))
    let read = try Dictionary(
      uniqueKeysWithValues: checkpoint.names.map { ($0, try checkpoint.tensor(named: $0).elements) })
    #expect(try read == #require(expected[file]))
  }

  @Test("The error about a zip archive around a checkpoint names the checkpoint")
  func wrapped() throws {
    // The fixture, with its first member renamed to another name of the same length.
    var archive = try Data(contentsOf: URL(filePath: Fixtures.path("stored.npz")))
    while let range = archive.range(of: Data("plain.npy".utf8)) {
      archive.replaceSubrange(range, with: Data("model.pth".utf8))
    }
    #expect(try openingFault(archive).contains("holds 'model.pth'; unpack it"))
  }

  @Test("The error about an incomplete download says so")
  func cutOff() throws {
    let whole = try Data(contentsOf: URL(filePath: Fixtures.path("strided-zip.pth")))
    #expect(try openingFault(whole.prefix(whole.count / 2)).contains("cut off"))
    let tensors = try Data(contentsOf: URL(filePath: Fixtures.path("dense.safetensors")))
    #expect(try openingFault(tensors.dropLast(5)).contains("cut off"))
  }
}
