import Machine

/// Orders the images of archives, and determines their labels.
struct ArchiveListBuilder {
  private let scans: [ArchiveScan]
  /// The names of the members, in the order of the rows, without the name of the archive.
  private(set) var names = PackedStrings()
  private(set) var labelOfRow: [Int32] = []
  private(set) var index = ArchiveIndex()
  private(set) var kind = ImageList.Labels.none
  private(set) var classes: [String] = []
  var remarks: [Sentence] = []

  /// The length of the folder that all images have in common. This folder and the slash after it are ignored.
  private let shared: Int
  /// Whether each archive is a class, as in ImageNet's training set, rather than each folder.
  private let archivesAreClasses: Bool
  private let samplesHaveTexts: Bool
  /// The extensions of members that are images, if the user gave any.
  private let imageKeys: [[UInt8]]
  private var classOfName: [[UInt8]: Int32] = [:]
  private var repeated = 0, strays = 0
  private var left = SampleChoice.Left()

  private static let slash = UInt8(ascii: "/")

  init(_ scans: [ArchiveScan], imageKeys: [[UInt8]] = []) {
    (self.scans, self.imageKeys) = (scans, imageKeys)
    let used = scans.filter { $0.names.count > 0 }
    let synsets = Set(ImageNet.synsets.map { Array($0.utf8) })
    let shared = Self.sharedFolder(of: used)
    archivesAreClasses =
      shared.hasDirect && shared.folder.isEmpty
      && used.allSatisfy { scan in
        synsets.contains(Self.stem(of: scan.name))
          && (0..<scan.names.count).allSatisfy { !scan.names.utf8($0).contains(Self.slash) }
      }
    // Images directly in the common folder belong to the class of that folder. Only its parents are shared.
    let above = shared.folder.lastIndex(of: Self.slash) ?? 0
    self.shared = shared.hasDirect ? above : shared.folder.count
    samplesHaveTexts = used.contains { scan in
      let labels = SampleLabels(scan)
      return scan.labels.count > 0
        && (0..<scan.names.count).contains { row in
          labels[ofImage: scan.names.utf8(row)] != nil
        }
    }
  }

  /// A remark on the images left out of samples, if no image of any sample was selected.
  var unchosen: Sentence? { left.samples > 0 ? left.remarks.first : nil }

  /// Fills the list.
  ///
  /// - Throws: ``Failure`` of kind `badData`.
  mutating func build() throws(Failure) {
    let hasFolders = scans.contains { scan in
      (0..<scan.names.count).contains { cuts(scan.names.utf8($0))[0] > 0 }
    }
    var classOfRow: [Int32] = []
    for scan in scans {
      if scan.names.count > 0, let version = scan.version { index.begin(scan, version: version) }
      try add(scan, hasFolders: hasFolders, &classOfRow)
      note(scan)
    }
    labelByClass(classOfRow)
    remark()
  }

  /// Adds the images of one archive, in order.
  private mutating func add(
    _ scan: ArchiveScan, hasFolders: Bool, _ classOfRow: inout [Int32]
  ) throws(Failure) {
    let labels = SampleLabels(scan)
    let sorted = scan.names.sorted(0..<scan.names.count) { cuts(scan.names.utf8($0)) }
    // Of two members of the same name the later one counts, because it overwrites the other on extraction.
    let order = zip(sorted, sorted.dropFirst().map(Optional.some) + [nil]).filter { row, next in
      next.map { !scan.names.areEqual(row, $0) } ?? true
    }.map(\.0)
    repeated += sorted.count - order.count
    let areSamples = samplesHaveTexts || !imageKeys.isEmpty
    let chosen =
      try areSamples
      ? SampleChoice(scan, labels, keys: imageKeys).images(among: order, &left)
      : [Bool](repeating: true, count: scan.names.count)
    for row in order where chosen[row] {
      let name = scan.names.utf8(row)
      let classEnd = cuts(name)[0]
      if hasFolders && !archivesAreClasses && classEnd == 0 {
        strays += 1
        continue
      }
      names.append(name)
      index.append(offset: scan.offsets[row], size: scan.sizes[row])
      let label = labels[ofImage: name] ?? ArchiveScan.NoLabel.none
      guard label >= ArchiveScan.NoLabel.none else {
        let shown = EscapedText.escaped(scan.file[...]) + EscapedText.escaped(scan.innerName[...])
        throw Failure(
          .badData,
          "\(shown)/\(EscapedText.escaped(name)): "
            + (label == ArchiveScan.NoLabel.noIndex
              ? "the .cls text beside it is neither a class index nor a synset"
              : "the .json text beside it is not JSON"))
      }
      labelOfRow.append(label)
      let start = name.startIndex + (shared == 0 ? 0 : shared + 1)
      let folder =
        archivesAreClasses
        ? Self.stem(of: scan.name) : classEnd == 0 ? [] : Array(name[start..<name.startIndex + classEnd])
      classOfRow.append(number(ofClass: folder))
    }
  }

  /// Returns the end offset of a name's class folder, and that of its parent folder; 0 for none.
  private func cuts(_ name: ArraySlice<UInt8>) -> [Int] {
    let start = name.startIndex + (shared == 0 ? 0 : min(shared + 1, name.count))
    let folderEnd = name.lastIndex(of: Self.slash) ?? name.startIndex
    let classEnd = name[start...].firstIndex(of: Self.slash) ?? name.startIndex
    return [classEnd - name.startIndex, folderEnd - name.startIndex]
  }

  private mutating func number(ofClass folder: [UInt8]) -> Int32 {
    if let known = classOfName[folder] { return known }
    let number = Int32(clamping: classOfName.count)
    classOfName[folder] = number
    return number
  }

  /// Labels rows by the text files beside the images, if there are any, else by their class folders.
  private mutating func labelByClass(_ classOfRow: [Int32]) {
    guard !samplesHaveTexts else {
      kind = labelOfRow.contains { $0 >= 0 } ? .given : .none
      return
    }
    let ordered = classOfName.keys.filter { !$0.isEmpty }.sorted { $0.lexicographicallyPrecedes($1) }
    classes = ordered.map { EscapedText.escaped($0[...]) }
    let indexOfSynset = Dictionary(
      uniqueKeysWithValues: ImageNet.synsets.enumerated().map { ($0.element, Int32($0.offset)) })
    let known = classes.compactMap { indexOfSynset[$0] }
    let isImageNet = known.count == classes.count
    // A single folder usually contains a set without classes, unless its name is an ImageNet class.
    guard classes.count > (isImageNet ? 0 : 1) else { return classes = [] }
    remarks += FoundNames.remarks(onClasses: ordered, empty: [])
    kind = isImageNet ? .imagenet : .folders
    var labelOfClass = [Int32](repeating: -1, count: classOfName.count)
    for (place, folder) in ordered.enumerated() {
      guard let number = classOfName[folder] else { continue }
      labelOfClass[Int(number)] = isImageNet ? known[place] : Int32(place)
    }
    for row in labelOfRow.indices { labelOfRow[row] = labelOfClass[Int(classOfRow[row])] }
  }

  private mutating func note(_ scan: ArchiveScan) {
    let name = EscapedText.escaped(scan.name[...])
    if scan.links > 0 {
      remarks.append(
        "\(scan.links) images in \(name) are links and left out, \(scan.firstLink) for one; pack what they point to"
          + " (tar --dereference --hard-dereference)")
    }
    if scan.goesOn {
      remarks.append("\(name) goes on behind the mark that ends it; what follows is left out, as tar does")
    }
  }

  private mutating func remark() {
    if repeated > 0 {
      remarks.append(
        "\(repeated) images are in their archive again later; the last one of a name is recorded")
    }
    if strays > 0 {
      remarks.append(
        "\(strays) images beside class folders are left out: only what is in class folders is recorded")
    }
    remarks += left.remarks + FoundNames.remarks(onHidden: names)
  }

  /// Returns the name of an archive without folders and `.tar`.
  private static func stem(of name: [UInt8]) -> [UInt8] {
    let base = name.split(separator: slash).last ?? []
    return Array(ImageNames.isArchive(base) ? base.dropLast(4) : base)
  }

  /// Returns the innermost folder that contains all images, and whether it contains any image directly.
  private static func sharedFolder(of scans: [ArchiveScan]) -> (folder: ArraySlice<UInt8>, hasDirect: Bool) {
    var shared: ArraySlice<UInt8>?
    var hasDirect = false
    for scan in scans {
      for row in 0..<scan.names.count {
        let name = scan.names.utf8(row)
        let folder = name.lastIndex(of: slash).map { name[..<$0] } ?? []
        guard var common = shared else {
          (shared, hasDirect) = (folder, true)
          continue
        }
        if folder.elementsEqual(common) { continue }
        while !common.isEmpty,
          !(folder.starts(with: common)
            && (folder.count == common.count || folder.dropFirst(common.count).first == slash))
        {
          common = common.lastIndex(of: slash).map { common[..<$0] } ?? []
          hasDirect = false
        }
        if folder.elementsEqual(common) { hasDirect = true }
        shared = common
      }
    }
    return (shared ?? [], hasDirect)
  }
}
