package import Images
package import Layers

/// The state with which one thread runs image files through a network. No part of it is shared.
package final class Runner {
  package let workspace: Workspace
  private var times = StageTimes()

  private let decoder = ImageDecoder()
  private let preprocessor: Preprocessor

  package init(_ plan: Plan, _ preprocessing: Preprocessing, pillow: PillowVersion, batchSize: Int) {
    workspace = Workspace(for: plan, batchSize: batchSize)
    preprocessor = Preprocessor(preprocessing, pillow: pillow)
  }

  /// Decodes and preprocesses a file into one place of the batch.
  package func load(_ path: String, into place: Int) throws(ImageError) {
    try load(ImageLocation(path: path), into: place)
  }

  /// Decodes and preprocesses an image into one place of the batch.
  package func load(_ location: ImageLocation, into place: Int) throws(ImageError) {
    let image = try times.measure(\.decode) { () throws(ImageError) in
      try decoder.decodeUnlessLarge(location)
    }
    guard let image else {
      // Decoding and resizing alternate, so that the whole decoded image is never in memory.
      return try times.measure(\.decode) { () throws(ImageError) in
        try workspace.withInput(of: place) { (input) throws(ImageError) in
          try decoder.decodeLarge(location, with: preprocessor, layout: .channelsLast, into: input)
        }
      }
    }
    times.measure(\.preprocess) {
      workspace.withInput(of: place) { preprocessor.apply(to: image, layout: .channelsLast, into: $0) }
    }
  }

  /// Runs the network on the first `images` places.
  package func run(images: Int) { times.measure(\.forward) { workspace.run(images: images) } }

  /// Returns the time spent in each stage since the last call.
  package func takeTimes() -> StageTimes {
    defer { times = StageTimes() }
    return times
  }

  /// Runs `body`, and adds its time to that of writing.
  package func measureWrite<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    try times.measure(\.write, body)
  }
}
