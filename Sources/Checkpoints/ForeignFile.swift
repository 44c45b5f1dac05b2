import Formats
import Machine

/// Files that users mistake for checkpoints, recognised by their first bytes, with a remedy for each.
enum ForeignFile {
  /// Returns a description of a file that is not a checkpoint, as words that follow its name; `nil` when the
  /// file may be a checkpoint.
  static func reason(for file: ByteRegion) -> String? {
    if let kind = magics.first(where: { file.matches($0.bytes, at: $0.offset) }) { return kind.reason }
    return text(file) ?? protocolBuffer(file)
  }

  private struct Magic {
    let bytes: [UInt8]
    var offset = 0
    let reason: String

    init(_ bytes: [UInt8], at offset: Int = 0, _ reason: String) {
      (self.bytes, self.offset, self.reason) = (bytes, offset, reason)
    }

    init(_ text: String, at offset: Int = 0, _ reason: String) {
      self.init(Array(text.utf8), at: offset, reason)
    }
  }

  private static func packed(_ kind: String, _ command: String) -> String {
    "it is compressed (\(kind)); unpack it with \(command) and give what is in it"
  }

  private static func converted(_ kind: String) -> String {
    "it is \(kind), which this program does not read; give the PyTorch checkpoint it was made from"
  }

  private static func picture(_ kind: String) -> String { "it is \(kind), not a checkpoint" }

  private static let magics: [Magic] = [
    Magic([0x1F, 0x8B], packed("gzip", "'gunzip' (or 'tar xzf', if it is a .tar.gz)")),
    Magic([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], packed("xz", "'unxz'")),
    Magic([0x28, 0xB5, 0x2F, 0xFD], packed("zstd", "'unzstd'")),
    Magic("BZh", packed("bzip2", "'bunzip2'")),
    Magic([0x04, 0x22, 0x4D, 0x18], packed("lz4", "'unlz4'")),
    Magic([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], packed("7z", "'7z x'")),
    Magic("Rar!\u{1A}\u{07}", packed("rar", "'unrar x'")),
    Magic("ustar", at: 257, "it is a tar archive; unpack it with 'tar xf' and give the checkpoint in it"),
    Magic([0x89] + Array("HDF\r\n\u{1A}\n".utf8), converted("an HDF5 file, as Keras writes weights (.h5)")),
    Magic("GGUF", converted("a GGUF file of llama.cpp")),
    Magic("TFL3", at: 4, converted("a TensorFlow Lite model")),
    Magic(
      NPYHeader.magic, "it is one NumPy array (.npy) without a name; save all arrays by name with numpy.savez"
    ),
    Magic("MATLAB 5.0 MAT-file", "it is a MATLAB file (.mat); save its arrays by name with numpy.savez"),
    Magic([0x12, 0x01, 0, 0, 0, 0, 0, 0], converted("an MXNet parameter file")),
    Magic([0x04, 0, 0, 0, 0x01, 0, 0, 0], converted("a file of Lua's Torch 7 (.t7)")),
    Magic([0x7F] + Array("ELF".utf8), "it is a program or a library, not a checkpoint"),
    Magic("%PDF", picture("a PDF document")), Magic([0xFF, 0xD8, 0xFF], picture("a JPEG picture")),
    Magic([0x89] + Array("PNG\r\n".utf8), picture("a PNG picture")), Magic("GIF8", picture("a GIF picture")),
    Magic("RIFF", picture("a WebP, WAV or AVI file")),
    Magic("SQLite format 3", picture("an SQLite database")),
  ]

  // MARK: Text

  private static let beginning = 4_096

  private static func text(_ file: ByteRegion) -> String? {
    guard let start = file.slice(at: 0, count: min(file.count, beginning)) else { return nil }
    var trimmed = Substring(start.latin1)
    if trimmed.hasPrefix("\u{EF}\u{BB}\u{BF}") { trimmed = trimmed.dropFirst(3) }
    trimmed = trimmed.drop { $0.isWhitespace }
    if trimmed.hasPrefix("version https://git-lfs") || trimmed.hasPrefix("version https://hawser") {
      return "it is a Git LFS pointer, not the file it stands for; run 'git lfs pull' in its repository"
    }
    if trimmed.hasPrefix("/annex/objects/") || trimmed.hasPrefix("../.git/annex/") {
      return "it is a git-annex pointer, not the file it stands for; run 'git annex get' on it"
    }
    let lower = trimmed.prefix(512).lowercased()
    if lower.hasPrefix("<!doctype html") || lower.hasPrefix("<html") || lower.hasPrefix("<head") {
      return
        "it is an HTML page, not a checkpoint: the server sent a login, confirmation or error page; download it again"
    }
    if lower.hasPrefix("<?xml") || lower.hasPrefix("<error") || lower.hasPrefix("<!--") {
      return lower.contains("<net ")
        ? converted("an OpenVINO network (.xml)")
        : "it is an XML document, not a checkpoint: perhaps the server's error message; look into it and download it again"
    }
    // JSON, settings and scripts are text. Pickles of protocol 0 are also text, and are supported.
    guard isText(start) else { return nil }
    if let first = trimmed.first, first == "{" || (first == "[" && !trimmed.hasPrefix("[]")) {
      return
        "it is a JSON document, which holds no tensors; give the checkpoint, or its index '….safetensors.index.json'"
    }
    if trimmed.hasPrefix("model_checkpoint_path:") { return converted("the list of a TensorFlow checkpoint") }
    if trimmed.hasPrefix("#!") || trimmed.hasPrefix("import ") || trimmed.hasPrefix("from ") {
      return "it is a script, not a checkpoint"
    }
    return Unpickler.begins(file)
      ? nil : "it is a text file that begins '\(trimmed.firstLine)', not a checkpoint"
  }

  private static func isText(_ bytes: ByteRegion) -> Bool {
    bytes.withUnsafeBytes { bytes in
      // The examined prefix of a file may end within a UTF-8 character.
      guard (0...3).contains(where: { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }) else {
        return false
      }
      return bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
    }
  }

  // MARK: Protocol buffers

  /// Recognises protocol buffers, which have no magic number: the first field is a version, and text follows.
  private static func protocolBuffer(_ file: ByteRegion) -> String? {
    guard let start = file.slice(at: 0, count: min(file.count, beginning)), file[0] == 0x08,
      let version = file[1],
      (1...32).contains(version), let next = file[2], [0x12, 0x1A, 0x22, 0x3A, 0x42].contains(next)
    else {
      let isGraph = file[0] == 0x0A && file.count > 64
      guard isGraph, let start = file.slice(at: 0, count: min(file.count, beginning))?.latin1 else {
        return nil
      }
      if start.contains("Placeholder") || start.contains("Const") {
        return converted("a TensorFlow graph (.pb)")
      }
      return start.contains("Convolution") || start.contains("InnerProduct")
        ? converted("a Caffe model (.caffemodel)") : nil
    }
    if version == 1, next == 0x12 { return converted("a TensorFlow SavedModel (.pb)") }
    let text = start.latin1
    return text.contains("com.github.apple.coremltools") || text.contains("coremltools")
      ? converted("a Core ML model") : converted("an ONNX model")
  }
}

extension Substring {
  /// The first line, shortened, without terminal control characters.
  fileprivate var firstLine: String {
    let line = prefix { !$0.isNewline }
    let shown = line.prefix(40).filter { $0.isASCII && $0 != "\u{1B}" }
    return shown.count < line.count ? "\(shown)…" : String(shown)
  }
}

extension ForeignFile {
  /// Returns a description of a zip archive that is neither a PyTorch checkpoint nor .npz; `nil` when it may
  /// be .npz.
  static func reason(for archive: ZipArchive) -> String? {
    func has(_ suffix: String) -> Bool { archive.entries.contains { $0.name.hasSuffix(suffix) } }
    func contains(_ part: String) -> Bool { archive.entries.contains { $0.name.contains(part) } }
    if contains("data/aotinductor/") || (has(".so") && contains("aotinductor")) || has(".wrapper.so") {
      return
        "it is an AOTInductor package (.pt2), compiled code whose weights have no names; save the state dictionary of"
        + " the module it was compiled from: torch.save(module.state_dict(), FILE)"
    }
    if has("serialized_exported_program.json") || has("/archive_format") || has("archive_format")
      || (contains("models/") && contains("data/weights/"))
    {
      return "it is a program of torch.export (.pt2), not a checkpoint; save its weights:"
        + " torch.save(torch.export.load(FILE).state_dict, 'weights.pth')"
    }
    if has("/model.json"), contains("/tensors/") || contains("/code/") || contains("/attributes.pkl") {
      return "it is a TorchScript archive of PyTorch 1.0, too old to read; save it again with a later one"
    }
    if has("model.weights.h5") { return converted("a Keras model (.keras)") }
    if has("saved_model.pb") { return converted("a TensorFlow SavedModel in an archive") }
    if has(".mlmodel") || contains(".mlpackage/") { return converted("a Core ML package") }
    if has(".package/version") || contains(".data/extern_modules") {
      return "it is a torch.package archive, which holds code; save the state dictionary of the module in it"
    }
    if has("[Content_Types].xml") { return picture("an Office document") }
    let inner = archive.entries.first { entry in
      [".pth", ".pt", ".bin", ".ckpt", ".safetensors", ".npz", ".pkl", ".tar"].contains {
        entry.name.hasSuffix($0)
      }
    }
    return inner.map {
      "it is a zip archive that holds '\($0.name)'; unpack it with 'unzip' and give that file"
    }
  }
}
