import ArgumentParser
import Checkpoints
import Foundation
import Machine
import Models
import Synchronization

/// `weights fetch`: downloads a network's official checkpoint into the weights folder.
struct WeightsFetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Download a network's published checkpoint.",
    discussion: """
      An interrupted download goes on where it stopped. The file gets its name only when it is whole, its SHA-256 is \
      the published one (where one is published) and the network's parameters are all in it.
      """)

  @Argument(help: "The network: an identifier from 'activation-dump models'.")
  var model: String

  @Option(help: "Which of the network's files, as 'weights list' names it. Default: the first that is there.")
  var file: String?

  @Option(help: "Another address to fetch the file from.")
  var url: String?

  @Flag(help: "Fetch the file even if it is present.")
  var overwrite = false

  @OptionGroup var location: WeightsFolderOptions

  @OptionGroup var results: ReportOptions

  func run() async throws {
    let model = try Model.named(model)
    let folder = location.folder
    let files = try candidates(of: model)
    for (number, file) in files.enumerated() {
      do {
        let result = try await fetch(file, of: model, into: folder)
        return try results.print(result) {
          Console.result("\(result.path): \(result.bytes.asBytes), SHA-256 \(result.sha256)")
        }
      } catch let error as Failure where error.kind == .inputMissing && number + 1 < files.count {
        Console.note("\(error); trying \(files[number + 1].name)")
      }
    }
  }

  /// Returns the files to try, in order.
  private func candidates(of model: Model) throws -> [CheckpointSource.File] {
    let known = model.publishedFiles
    var files = known
    if let file {
      files = known.filter { $0.name == file }
      guard !files.isEmpty else {
        throw ValidationError(
          "\(model.identifier) has no file '\(file)', only \(known.map(\.name).joined(separator: ", "))")
      }
    }
    // A given address is the address of one file.
    if url != nil { files = Array(files.prefix(1)) }
    return files
  }

  private struct Fetched: Encodable {
    let model: String, path: String, url: String, bytes: Int, sha256: String, sha256IsPublished: Bool
    let wasPresent: Bool
  }

  private func fetch(
    _ file: CheckpointSource.File, of model: Model, into folder: WeightsFolder
  ) async throws -> Fetched {
    let path = folder.path(of: file.name)
    func fetched(_ sha256: String, wasPresent: Bool) throws -> Fetched {
      Fetched(
        model: model.identifier, path: path, url: url ?? file.url, bytes: try Checkpoint.open(path).fileSize,
        sha256: sha256, sha256IsPublished: file.sha256 != .unknown, wasPresent: wasPresent)
    }
    if !overwrite, Disk.isDirectory(path) != nil {
      let digest = try Checkpoint.open(path).sha256()
      guard digest.hasPrefix(file.sha256.digits ?? "") else {
        throw Failure(
          .badData, path: path, "its SHA-256 is \(digest), not \(file.sha256.digits ?? "")",
          remedy: "fetch with --overwrite")
      }
      Console.note("\(path) is present already")
      return try fetched(digest, wasPresent: true)
    }
    let address = try resolvedAddress(of: file, model)
    try FileSystem.createFolders(folder.path)
    Console.note(
      "fetching \(address.absoluteString) (\(file.sha256.summary), \(model.checkpoint?.license ?? ""))")
    let display = FetchDisplay()
    let digest = try await Download(address, to: path, expecting: file.expectation).run {
      Console.note("note: \($0)")
    } checking: { part throws(Failure) in
      display.finish()
      _ = try model.completeChoice(of: try Checkpoint.open(part))
    } progress: { progress in
      display.show(progress)
    }
    if file.sha256 == .unknown {
      Console.note("note: no SHA-256 is published for it; what came is \(digest)")
    }
    return try fetched(digest, wasPresent: false)
  }

  private func resolvedAddress(of file: CheckpointSource.File, _ model: Model) throws -> URL {
    if url == nil, file.isInsideArchive {
      throw Failure(
        .inputUnreadable,
        "\(file.name) is not published by itself: it is \(model.checkpoint?.note ?? "inside an archive at \(file.url)"). "
          + "Put it into the weights folder, or give its address with --url")
    }
    let text = url ?? file.url
    guard let address = URL(string: text), ["http", "https"].contains(address.scheme), address.host != nil
    else {
      throw ValidationError("'\(text)' is not an http or https address")
    }
    return address
  }
}

/// The progress of a download: a bar on a terminal, otherwise a line every half minute.
private final class FetchDisplay: Sendable {
  private struct State {
    var started: (date: Date, bytes: Int)?
    var drawn = Date.distantPast
    var isFinished = false
  }

  private let state = Mutex(State())

  func show(_ progress: Download.Progress) {
    if let reason = progress.retrying {
      Console.note("\(Console.isInteractive ? "\n" : "")\(reason); trying again")
      return
    }
    let start: (date: Date, bytes: Int)? = state.withLock { state in
      let now = Date()
      let started = state.started ?? (now, progress.received)
      state.started = started
      let interval = Console.isInteractive ? 0.1 : 30
      let isDue =
        now.timeIntervalSince(max(state.drawn, Console.isInteractive ? .distantPast : started.date))
        >= interval
      guard !state.isFinished, isDue else { return nil }
      state.drawn = now
      return started
    }
    if let start { draw(progress, since: start) }
  }

  private func draw(_ progress: Download.Progress, since start: (date: Date, bytes: Int)) {
    let rate = Double(progress.received - start.bytes) / max(Date().timeIntervalSince(start.date), 1e-3)
    var line = progress.received.asBytes
    if let total = progress.total { line += " of \(total.asBytes)" }
    line += ", \(Int(rate).asBytes) a second"
    if let total = progress.total, rate > 0 {
      line += ", \(ProgressText.duration(Double(total - progress.received) / rate)) left"
    }
    guard Console.isInteractive else { return Console.note("\(line)") }
    let bar = progress.total.map { ProgressText.bar(progress.received, $0, width: 30) + " " } ?? ""
    let colored = Console.usesColor && !bar.isEmpty ? "\u{1B}[32m\(bar)\u{1B}[0m" : bar
    StandardStream.errors.write("\r\(colored)\(line)\u{1B}[K")
  }

  /// Removes the bar.
  func finish() {
    state.withLock { $0.isFinished = true }
    if Console.isInteractive { StandardStream.errors.write("\r\u{1B}[K") }
  }
}
