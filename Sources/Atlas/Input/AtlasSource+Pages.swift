import Dumps
import Machine

extension AtlasSource {
  /// Returns the page of a layer.
  func page(ofLayer index: Int, _ summary: LayerSummary) -> LayerPage {
    let layer = layers[index]
    func neighbour(_ index: Int) -> LayerPage.Neighbour? {
      layers.indices.contains(index)
        ? LayerPage.Neighbour(layer: layers[index].name, file: layers[index].page) : nil
    }
    return LayerPage(
      model: manifest.model, layer: layer.name, file: layer.page, studyName: studyName(of: layer),
      units: layer.unitCount.counted("unit"), images: imageCount.counted("image"),
      recorded: Wording.recorded(manifest.reduce),
      remarks: remarks(on: summary), deadIsKnown: summary.undecided == 0,
      neverPositiveName: Wording.capitalized(Wording.neverPositive(manifest.reduce)),
      previous: neighbour(index - 1), next: neighbour(index + 1))
  }

  private func remarks(on summary: LayerSummary) -> [String] {
    var remarks: [String] = []
    if let sampled = summary.sampled {
      remarks.append(
        "The dump kept extremes: histograms and the percentiles between the ends come from a sample of"
          + " \(sampled.counted("image")). Everything else is of all of them.")
    }
    if summary.undecided > 0 {
      remarks.append(Wording.undecided(summary.undecided, manifest.reduce).text(in: wording))
    }
    return remarks
  }

  /// Returns the index.
  func index(_ summaries: [LayerSummary], missing: RowSet) -> IndexPage {
    let units = layers.reduce(0) { $0 + $1.unitCount }
    let undecided = summaries.reduce(0) { $0 + $1.undecided }
    let example = layers.last.map { "\($0.name)__\($0.recorded.units.last ?? 0)" } ?? ""
    return IndexPage(
      model: manifest.model,
      lede: "What \(units.counted("unit")) of \(layers.count.counted("layer")) respond to most"
        + " and least among \(imageCount.counted("image")): \(Wording.recorded(manifest.reduce)).",
      remarks: (missing.count == 0
        ? []
        : [
          "\(missing.count.counted("image")) could not be found or read when this atlas was made; a pattern stands"
            + " for each."
        ]) + (undecided == 0 ? [] : [Wording.undecided(undecided, manifest.reduce).text(in: wording)]),
      example: example, layerCount: layers.count.counted("layer"),
      neverPositiveName: Wording.capitalized(Wording.neverPositive(manifest.reduce)),
      layers: zip(layers, summaries).map { layer, summary in
        IndexPage.Layer(
          layer: layer.name, file: layer.page, studyName: studyName(of: layer),
          units: layer.unitCount.grouped, neverPositive: summary.neverPositive.grouped,
          dead: summary.undecided == 0 ? summary.dead.grouped : "not known",
          constant: summary.constant.grouped, sparsity: Wording.percent(summary.sparsity),
          spread: summary.spreadPath,
          glimpse: summary.glimpseRows.map { row in
            IndexPage.Glimpse(source: missing.contains(row) ? nil : AtlasFolder.thumbnail(ofRow: row))
          })
      },
      provenance: Wording.provenance(manifest))
  }

  /// Returns the study's name of a layer, if it differs from the layer's own.
  private func studyName(of layer: Layer) -> String? {
    layer.recorded.studyName == layer.name ? nil : layer.recorded.studyName
  }
}
