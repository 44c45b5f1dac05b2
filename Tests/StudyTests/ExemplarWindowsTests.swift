import Machine
import Statistics
import Study
import Testing

struct ExemplarWindowsTests {
  @Test(
    "for ImageNet's training set the conditions give the study's constants",
    arguments: [
      (ExemplarCondition.easy, 180, 1_280_986), (.hard99, 12_811, 1_268_356), (.hard95, 64_058, 1_217_109),
      (.hard85, 192_175, 1_088_992),
    ])
  func constants(_ condition: ExemplarCondition, _ startMin: Int, _ stopMax: Int) throws {
    for scaled in [false, true] {
      let windows = try ExemplarWindows(condition, images: 1_281_167, scaled: scaled)
      #expect(windows.startMin == startMin && windows.stopMax == stopMax && windows.batches == 20)
    }
    // The same windows are given as ranks of the study.
    if condition != .easy {
      let windows = try ExemplarWindows(scalingStartMin: startMin, stopMax: stopMax, to: 1_281_167)
      #expect(windows == (try ExemplarWindows(condition, images: 1_281_167)))
    }
  }

  @Test(
    "easy queries are ranks 181 to 200 from each end, and one rank next to the highest references is unused"
  )
  func easyRanks() throws {
    let windows = try ExemplarWindows(.easy, images: 1_281_167)
    #expect(windows.lowReferences == 0..<180 && windows.lowQueries == 180..<200)
    #expect(windows.highReferences == 1_280_987..<1_281_167)
    #expect(windows.highQueries == 1_280_966..<1_280_986)
  }

  @Test(
    "scaled windows keep the percentile of the queries; batches shrink to no less than one",
    arguments: [(ExemplarCondition.hard95, 12), (.hard85, 37)])
  func scaled(_ condition: ExemplarCondition, _ startMin: Int) throws {
    let windows = try ExemplarWindows(condition, images: 250, scaled: true)
    #expect(windows.batches == 1 && windows.startMin == startMin && windows.stopMax == 250 - startMin)
    let twoThirds = try ExemplarWindows(.easy, images: 854_112, scaled: true)
    #expect(twoThirds.batches == 13 && twoThirds.startMin == 117)
  }

  @Test("explicit windows scale in proportion, to the same ranks as the corresponding conditions")
  func scaledRanks() throws {
    let windows = try ExemplarWindows(scalingStartMin: 64_058, stopMax: 1_217_109, to: 250)
    #expect(windows == (try ExemplarWindows(.hard95, images: 250, scaled: true)))
    #expect(throws: Failure.self) {
      try ExemplarWindows(scalingStartMin: 180, stopMax: 1_280_986, to: 250)
    }
    #expect(throws: Failure.self) {
      try ExemplarWindows(scalingStartMin: -1, stopMax: 1_280_986, to: 5000)
    }
    #expect(throws: Failure.self) {
      try ExemplarWindows(scalingStartMin: 64_058, stopMax: .max, to: 5000)
    }
  }

  @Test(
    "the smallest set that a condition accepts works; with one image less, the error gives the required number"
  )
  func fewestImages() throws {
    for (condition, batches, fewest) in [
      (ExemplarCondition.easy, 20, 402), (.easy, 1, 22), (.hard85, 20, 1207), (.hard95, 1, 200),
      (.hard99, 20, 18_100),
    ] {
      let windows = try ExemplarWindows(condition, images: fewest, batches: batches)
      let groups = [
        windows.lowReferences, windows.lowQueries, windows.highQueries, windows.highReferences,
      ]
      #expect(groups.first?.lowerBound == 0 && groups.last?.upperBound == fewest)
      for (one, next) in zip(groups, groups.dropFirst()) { #expect(one.upperBound <= next.lowerBound) }
      let error = #expect(throws: Failure.self) {
        try ExemplarWindows(condition, images: fewest - 1, batches: batches)
      }
      #expect(error?.kind == .usage && error?.message.contains("\(fewest) images") == true)
    }
  }

  @Test(
    "windows that overlap are refused",
    arguments: [
      (17, 980), (18, 983), (18, 982), (500, 503), (-1, 900), (18, 20), (0, 0), (.max / 2, 10),
    ])
  func guards(_ startMin: Int, _ stopMax: Int) {
    #expect(throws: Failure.self) {
      try ExemplarWindows(images: 1000, batches: 2, startMin: startMin, stopMax: stopMax)
    }
  }

  @Test("the tightest windows are accepted")
  func tight() throws {
    _ = try ExemplarWindows(images: 1000, batches: 2, startMin: 18, stopMax: 981)
    _ = try ExemplarWindows(images: 1000, batches: 2, startMin: 500, stopMax: 505)
    #expect(throws: Failure.self) {
      try ExemplarWindows(images: 1000, batches: 0, startMin: 18, stopMax: 981)
    }
  }

  @Test("batches are dealt from ten bins, from the least extreme reference to the query, every rank once")
  func deal() throws {
    let windows = try ExemplarWindows(.easy, images: 1000, batches: 7)
    var random = NumPyRandom(seed: 42)
    let (low, high) = windows.deal(using: &random)
    #expect(low.count == 7 && high.count == 7)
    for index in 0..<9 {
      #expect(Set(low.map { $0[index] }) == Set((56 - 7 * index)..<(63 - 7 * index)))
      #expect(Set(high.map { $0[index] }) == Set((937 + 7 * index)..<(944 + 7 * index)))
    }
    #expect(Set(low.map { $0[9] }) == Set(windows.lowQueries))
    #expect(Set(high.map { $0[9] }) == Set(windows.highQueries))
    #expect(low.map { $0[0] } != Array((56..<63).reversed()), "nothing was shuffled")
  }
}
