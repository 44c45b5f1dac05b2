import Foundation
import Machine

extension ImageList {
  /// Reads the images of tar files, archive after archive in the order given, without duplicates. Within an
  /// archive, the order is that of torchvision's `ImageFolder` for the extracted files.
  ///
  /// - Throws: ``Failure`` of kind `inputMissing` or `badData`.
  static func readArchives(_ paths: [[UInt8]], imageKeys: [[UInt8]] = []) throws(Failure) -> ImageList {
    var seen: Set<[UInt8]> = []
    let unique = paths.filter { seen.insert($0).inserted }
    let root = commonFolder(of: unique)
    let scans = try scan(unique, below: root)
    var builder = ArchiveListBuilder(scans, imageKeys: imageKeys)
    if unique.count < paths.count {
      builder.remarks.append("\(paths.count - unique.count) archives are named twice; each is recorded once")
    }
    try builder.build()
    guard builder.names.count > 0 else {
      let shown = unique.prefix(2).map { EscapedText.escaped($0[...]) }.joined(separator: ", ")
      let problem: Sentence = "there are no images in \(shown)\(unique.count > 2 ? "…" : "")"
      if let reason = builder.unchosen { throw Failure(.inputMissing, "\(problem): \(reason)") }
      throw Failure(.inputMissing, problem, remedy: "see \(.help) for what is taken")
    }
    return ImageList(
      root: root.isEmpty ? "." : PathText.text(root), layout: .tar, labels: builder.kind,
      classes: builder.classes, remarks: builder.remarks, paths: builder.names,
      labelOfRow: builder.labelOfRow,
      archives: builder.index)
  }

  /// Reads the headers of all archives, several at a time, because most of the time is spent on waiting for
  /// the disk.
  private static func scan(_ paths: [[UInt8]], below root: [UInt8]) throws(Failure) -> [ArchiveScan] {
    let skipped = root.isEmpty ? 0 : root == [UInt8(ascii: "/")] ? 1 : root.count + 1
    let scans = try map(in: paths, threads: 8) { path throws(Failure) in
      try ArchiveScan.all(of: path, name: Array(path.dropFirst(skipped)))
    }
    return scans.flatMap { $0 }
  }

  /// Returns the innermost folder that contains all paths; empty for the working directory.
  private static func commonFolder(of paths: [[UInt8]]) -> [UInt8] {
    var common: ArraySlice<UInt8>?
    for path in paths {
      let folder = path.lastIndex(of: UInt8(ascii: "/")).map { $0 == 0 ? path[...0] : path[..<$0] } ?? []
      guard var shared = common else {
        common = folder
        continue
      }
      while !shared.isEmpty, shared != folder, !folder.starts(with: shared + [UInt8(ascii: "/")]),
        shared != [UInt8(ascii: "/")]
      {
        shared =
          shared.lastIndex(of: UInt8(ascii: "/")).map { $0 == 0 ? shared[...0] : shared[..<$0] } ?? []
      }
      if shared == [UInt8(ascii: "/")], folder.first != UInt8(ascii: "/") { shared = [] }
      common = shared
    }
    return Array(common ?? [])
  }
}
