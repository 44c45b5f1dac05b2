import Mustache

/// The pages, rendered from the templates that are built into the program.
struct Pages: Sendable {
  private let index: MustacheTemplate
  private let layer: MustacheTemplate

  /// Reads the templates.
  ///
  /// - Throws: The error of an invalid template, which is a bug in the program.
  init() throws {
    _ = Self.contentType
    index = try MustacheTemplate(string: String(decoding: PackageResources.index_mustache, as: UTF8.self))
    layer = try MustacheTemplate(string: String(decoding: PackageResources.layer_mustache, as: UTF8.self))
  }

  /// The registration of the escaping with the template library, executed once.
  private static let contentType: Void = MustacheContentTypes.register(MarkupText(), named: MarkupText.name)

  /// The Content-Security-Policy of pages. Pages may load only their own files, from a server or from the
  /// disk. No other script runs, regardless of the names of images.
  static let policy =
    "default-src 'none'; img-src 'self' file: data:; script-src 'self' file:; style-src 'self' file:; "
    + "base-uri 'none'; form-action 'none'"

  /// The files that all pages share.
  static let assets: [(name: String, bytes: [UInt8])] = [
    ("atlas.css", PackageResources.atlas_css), ("index.js", PackageResources.index_js),
    ("data.js", PackageResources.data_js), ("card.js", PackageResources.card_js),
    ("list.js", PackageResources.list_js), ("layer.js", PackageResources.layer_js),
    ("keys.js", PackageResources.keys_js),
  ]

  func text(of page: IndexPage) -> String { index.render(page) }
  func text(of page: LayerPage) -> String { layer.render(page) }
}

/// The data for the template of a layer's page.
struct LayerPage {
  /// Another layer.
  struct Neighbour {
    let layer: String
    let file: String
  }

  let policy = Pages.policy
  let model: String
  let layer: String
  let file: String
  let studyName: String?
  let units: String
  let images: String
  let recorded: String
  let remarks: [String]
  /// Whether the dump determines for every unit whether it is dead.
  let deadIsKnown: Bool
  /// The term for units without a recorded value above 0.
  let neverPositiveName: String
  let previous: Neighbour?
  let next: Neighbour?
}

/// The data for the template of the index.
struct IndexPage {
  /// A row of the table.
  struct Layer {
    let layer: String
    let file: String
    let studyName: String?
    let units: String
    let neverPositive: String
    let dead: String
    let constant: String
    let sparsity: String
    /// The SVG path of a small histogram.
    let spread: String
    let glimpse: [Glimpse]
  }

  /// A thumbnail, if it exists.
  struct Glimpse {
    let source: String?
  }

  /// A row of the provenance.
  struct Fact {
    let name: String
    let value: String
  }

  let policy = Pages.policy
  let model: String
  let lede: String
  let remarks: [String]
  let example: String
  let layerCount: String
  /// The heading of the column of ``Layer/neverPositive``.
  let neverPositiveName: String
  let layers: [Layer]
  let provenance: [Fact]
}
