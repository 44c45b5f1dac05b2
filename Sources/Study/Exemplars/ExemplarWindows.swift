package import Machine

/// The ranks of a unit's images that become references and queries. Ranks ascend from 0, the lowest
/// activation.
///
/// With B batches of nine references and one query at either end, the references are the 9B lowest and the 9B
/// highest images. The queries are the B images from rank ``startMin`` up, and the B images below rank
/// ``stopMax``.
package struct ExemplarWindows: Sendable, Hashable, Codable {
  /// The number of images of the study: ImageNet's training set.
  package static let studyImages = 1_281_167
  /// The number of batches of the study.
  package static let studyBatches = 20
  /// The number of references of a batch, at either end.
  package static let referencesOfBatch = 9

  /// The number of ranked images.
  package let images: Int
  /// The number of batches.
  package let batches: Int
  /// The lowest rank of the queries at the low end.
  package let startMin: Int
  /// The upper bound, exclusive, of the ranks of the queries at the high end.
  package let stopMax: Int

  /// The ranks of the low references.
  package var lowReferences: Range<Int> { 0..<Self.referencesOfBatch * batches }
  /// The ranks of the low queries.
  package var lowQueries: Range<Int> { startMin..<startMin + batches }
  /// The ranks of the high queries.
  package var highQueries: Range<Int> { stopMax - batches..<stopMax }
  /// The ranks of the high references.
  package var highReferences: Range<Int> { images - Self.referencesOfBatch * batches..<images }

  /// The number of images at either end that must be known to determine all of these ranks.
  var depth: Int { max(lowQueries.upperBound, images - highQueries.lowerBound) }

  /// Creates windows at arbitrary ranks.
  ///
  /// - Throws: ``Failure`` of kind `usage` when groups would overlap: the study's guards are 9B ≤ `startMin`,
  ///   N − 9B > `stopMax` (which leaves one rank between) and `startMin` + B < `stopMax` − B.
  package init(images: Int, batches: Int, startMin: Int, stopMax: Int) throws(Failure) {
    try Self.check(batches: batches, images: images)
    let references = Self.referencesOfBatch * batches
    let remedy: Sentence = "use more images or fewer \(.batches), or give \(.scaleWindows)"
    guard references <= startMin else {
      throw Failure(
        .usage,
        "the low queries begin at rank \(startMin), among the \(references) references of \(batches) batches",
        remedy: remedy)
    }
    guard startMin <= images, (0..<images - references).contains(stopMax) else {
      throw Failure(
        .usage,
        "the queries, from rank \(startMin) up and below rank \(stopMax), run into the \(references) highest of \(images) images, which are references of \(batches) batches",
        remedy: remedy)
    }
    guard startMin + batches < stopMax - batches else {
      throw Failure(
        .usage,
        "\(images) images are too few: low queries from rank \(startMin) and high queries below rank \(stopMax) overlap with \(batches) batches",
        remedy: remedy)
    }
    (self.images, self.batches, self.startMin, self.stopMax) = (images, batches, startMin, stopMax)
  }

  /// Creates the windows of a condition for any number of images.
  ///
  /// For the study's 1,281,167 images, this gives the study's constants: queries that directly follow the
  /// references (`startMin` = 9B, `stopMax` = N − 9B − 1), or that begin at a percentile (`startMin` = ⌊pN⌋,
  /// `stopMax` = N − `startMin`).
  ///
  /// - Parameters:
  ///   - condition: The study's name.
  ///   - images: The number of ranked images.
  ///   - batches: The number of batches; by default the study's 20 or, scaled, ⌊20 N / 1,281,167⌋ and at
  ///     least 1.
  ///   - scaled: Whether to scale the default.
  /// - Throws: ``Failure`` of kind `usage` when there are too few images.
  package init(
    _ condition: ExemplarCondition, images: Int, batches: Int? = nil, scaled: Bool = false
  ) throws(Failure) {
    let batches = batches ?? (scaled ? max(1, Self.scaled(Self.studyBatches, to: images)) : Self.studyBatches)
    try Self.check(batches: batches, images: images)
    let references = Self.referencesOfBatch * batches
    let needed =
      condition.percent.map { (100 * (references + 1) + $0 - 1) / $0 } ?? 2 * (references + batches) + 2
    guard images >= needed else {
      throw Failure(
        .usage,
        "\(condition.rawValue) with \(batches) batches needs at least \(needed) images, and there are \(images)",
        remedy: scaled ? "use more images" : "use more images or fewer \(.batches), or give \(.scaleWindows)")
    }
    let startMin = condition.percent.map { images * $0 / 100 } ?? references
    let stopMax = condition.percent == nil ? images - references - 1 : images - startMin
    try self.init(images: images, batches: batches, startMin: startMin, stopMax: stopMax)
  }

  /// Creates windows that correspond to given ranks of the study's images: ⌊`startMin` N / 1,281,167⌋ ranks
  /// from the low end, and in the same proportion from the high end for `stopMax`.
  ///
  /// - Parameters:
  ///   - startMin: A rank of 1,281,167 images.
  ///   - stopMax: A rank of 1,281,167 images.
  ///   - images: The number of ranked images.
  ///   - batches: The number of batches; by default ⌊20 N / 1,281,167⌋ and at least 1.
  /// - Throws: ``Failure`` of kind `usage` when there are too few images.
  package init(
    scalingStartMin startMin: Int, stopMax: Int, to images: Int, batches: Int? = nil
  ) throws(Failure) {
    guard (0...Self.studyImages).contains(startMin), (0...Self.studyImages).contains(stopMax) else {
      throw Failure(
        .usage,
        "windows to scale are ranks of the study's \(Self.studyImages) images; \(startMin) and \(stopMax) are not both"
      )
    }
    try self.init(
      images: images, batches: batches ?? max(1, Self.scaled(Self.studyBatches, to: images)),
      startMin: Self.scaled(startMin, to: images),
      stopMax: images - Self.scaled(Self.studyImages - stopMax, to: images))
  }

  private static func check(batches: Int, images: Int) throws(Failure) {
    // No set has more batches than images, and larger products might overflow.
    guard (1...max(images, 1)).contains(batches) else {
      throw Failure(.usage, "there can be 1 to \(images) batches of \(images) images, not \(batches)")
    }
  }

  private static func scaled(_ number: Int, to images: Int) -> Int { number * images / studyImages }
}
