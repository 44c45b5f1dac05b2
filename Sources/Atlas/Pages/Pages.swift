import Mustache

/// The pages, made from the templates that are part of the program.
struct Pages: Sendable {
  private let index: MustacheTemplate
  private let layer: MustacheTemplate

  /// Reads the templates.
  ///
  /// - Throws: What is wrong with a template: a fault of the program.
  init() throws {
    _ = Self.contentType
    index = try MustacheTemplate(string: String(decoding: PackageResources.index_mustache, as: UTF8.self))
    layer = try MustacheTemplate(string: String(decoding: PackageResources.layer_mustache, as: UTF8.self))
  }

  /// The escaping, made known to the templates once.
  private static let contentType: Void = MustacheContentTypes.register(MarkupText(), named: MarkupText.name)

  /// What pages may load: their own files, from a server or from the disk, and nothing else; no script of a page runs
  /// but these files, whatever the names of images hold.
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

/// What the template of a layer's page shows.
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
  /// Whether it is known of every unit whether it is dead.
  let deadIsKnown: Bool
  /// What units without a recorded value above 0 are called.
  let neverPositiveName: String
  let previous: Neighbour?
  let next: Neighbour?
}

/// What the template of the index shows.
struct IndexPage {
  /// A line of the table.
  struct Layer {
    let layer: String
    let file: String
    let studyName: String?
    let units: String
    let neverPositive: String
    let dead: String
    let constant: String
    let sparsity: String
    /// The path of a small histogram.
    let spread: String
    let glimpse: [Glimpse]
  }

  /// A thumbnail, if there is one.
  struct Glimpse {
    let source: String?
  }

  /// A line of the provenance.
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
  /// What the column of ``Layer/neverPositive`` is called.
  let neverPositiveName: String
  let layers: [Layer]
  let provenance: [Fact]
}
