import Foundation

extension ActivationHistogram {
  /// Draws the histogram, for light and dark pages: bars, and below them a band for each group of exemplars.
  ///
  /// - Parameters:
  ///   - unit: The name of the unit.
  ///   - images: The number of images that the histogram counts.
  /// - Returns: An SVG document.
  func svg(of unit: String, images: Int) -> String {
    let most = counts.max() ?? 0
    let width = Frame.plotWidth / Double(counts.count)
    var shapes: [String] = []
    for (bin, count) in counts.enumerated() where count > 0 {
      // The bin of one image among a million stays visible.
      let height = max(Frame.plotHeight * Double(count) / Double(max(most, 1)), 0.75)
      shapes.append(
        Self.rectangle(
          x: Frame.left + width * Double(bin) + 0.5, y: Frame.bottom - height, width: width - 1,
          height: height, class: "bar"))
    }
    for (name, span) in [
      ("low", lowReferences), ("low query", lowQueries), ("high query", highQueries),
      ("high", highReferences),
    ] {
      let (start, end) = (position(of: span.lowerBound), position(of: span.upperBound))
      let extent = max(end - start, 2)
      shapes.append(
        Self.rectangle(
          x: min(start, Frame.left + Frame.plotWidth - extent), y: Frame.bottom + 4, width: extent, height: 5,
          class: name))
    }
    if minimum < 0 && maximum > 0 {
      let zero = Self.number(position(of: 0))
      shapes.append(
        "<path class=\"zero\" d=\"M\(zero) \(Self.number(Frame.top))V\(Self.number(Frame.bottom))\"/>")
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 200" width="480" height="200" role="img" \
      aria-labelledby="title description">
      <title id="title">\(Self.escaped(unit))</title>
      <desc id="description">Activations of \(images) images, from \(minimum) to \(maximum), in \
      \(counts.count) bins of at most \(most). Low references up to \(lowReferences.upperBound), low queries \
      \(Self.words(lowQueries)), high queries \(Self.words(highQueries)), high references from \
      \(highReferences.lowerBound).</desc>
      <style>\(Self.style)</style>
      <text x="10" y="18" class="name">\(Self.escaped(unit))</text>
      <text x="470" y="18" class="end">\(images) images, at most \(most) a bin</text>
      \(shapes.joined(separator: "\n"))
      <path class="axis" d="M\(Self.number(Frame.left)) \(Self.number(Frame.bottom))h\(Self.number(Frame.plotWidth))"/>
      <text x="10" y="190">\(minimum)</text>
      <text x="470" y="190" class="end">\(maximum)</text>
      </svg>

      """
  }

  private enum Frame {
    static let left = 10.0, top = 28.0, bottom = 164.0, plotWidth = 460.0
    static var plotHeight: Double { bottom - top }
  }

  /// Colours that can be distinguished without seeing red and green; queries are paler than references.
  private static let style = """
    text{font:11px system-ui,sans-serif;fill:#333}.name{font-weight:600}.end{text-anchor:end}.bar{fill:#777}\
    .low{fill:#0072b2}.low.query{fill:#7fb8d8}.high{fill:#d55e00}.high.query{fill:#eaae7f}\
    .axis,.zero{stroke:#333;fill:none}.zero{stroke-dasharray:2 3}\
    @media(prefers-color-scheme:dark){text{fill:#ddd}.bar{fill:#999}.axis,.zero{stroke:#ddd}}
    """

  private func position(of value: Float) -> Double {
    Frame.left + Frame.plotWidth * Self.share(of: value, from: minimum, to: maximum)
  }

  private static func rectangle(
    x: Double, y: Double, width: Double, height: Double, class name: String
  ) -> String {
    "<rect class=\"\(name)\" x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\"/>"
  }

  private static func words(_ span: ClosedRange<Float>) -> String {
    "\(span.lowerBound) to \(span.upperBound)"
  }

  private static func number(_ value: Double) -> String { String(format: "%.2f", value) }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
  }
}
