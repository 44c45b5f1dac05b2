// One unit as it is seen: least activating images, distribution, most activating images, from left to right.
"use strict";

atlas.element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};

atlas.Card = class {
  constructor(layer, unit) {
    [this.layer, this.unit] = [layer, unit];
    this.channel = layer.channels[unit];
    this.isFilled = false;
    const id = `unit-${this.channel}`;
    this.link = atlas.element("a", { href: `#${this.channel}`, tabindex: "-1" }, String(this.channel));
    this.node = atlas.element(
      "article", { id, class: "unit", tabindex: "-1", "aria-labelledby": `${id}-name` },
      atlas.element("h2", { id: `${id}-name` }, atlas.element("span", { class: "unseen" }, "Unit "), this.link));
    this.node.card = this;
  }

  /** Draws what is below the heading; called when the unit comes near the window. */
  fill() {
    if (this.isFilled) return;
    this.isFilled = true;
    this.link.removeAttribute("tabindex");
    this.low = this.grid("low", "Least activating");
    this.high = this.grid("high", "Most activating");
    this.middle = atlas.element("div", { class: "middle" }, this.distribution(), ...this.percentiles());
    this.node.append(this.facts(), this.low, this.middle, this.high);
    this.show(this.slider.valueAsNumber);
  }

  /** Takes it away again; the browser remembers the height. */
  empty() {
    if (!this.isFilled || this.node.contains(document.activeElement)) return;
    this.isFilled = false;
    this.link.setAttribute("tabindex", "-1");
    while (this.node.children.length > 1) this.node.lastElementChild.remove();
  }

  facts() {
    const { layer, unit } = this;
    const facts = atlas.element("dl", { class: "numbers" });
    const add = (name, value) =>
      facts.append(atlas.element("div", {}, atlas.element("dt", {}, name), atlas.element("dd", {}, value)));
    add("min", atlas.number(layer.minimum[unit]));
    add("mean", atlas.number(layer.mean[unit]));
    add("max", atlas.number(layer.maximum[unit]));
    add("non-positive", atlas.share(layer.sparsity(unit)));
    const flags = [];
    if (layer.isConstant(unit)) flags.push("constant");
    // A dead unit is never positive in anything that was recorded.
    if (layer.isDead(unit)) flags.push("dead");
    else if (layer.isNeverPositive(unit)) flags.push(layer.neverPositiveName);
    const box = atlas.element("div", { class: "facts-row" }, facts);
    for (const flag of flags) box.append(atlas.element("span", { class: "flag" }, flag));
    return box;
  }

  grid(kind, title) {
    const shots = this.layer.extremes(kind, this.unit);
    const grid = atlas.element("div", { class: "shots", role: "group", "aria-label": `${title} images` });
    shots.forEach((shot, place) => {
      const button = atlas.element(
        "button", { type: "button", class: "shot", tabindex: place === 0 ? "0" : "-1" },
        this.picture(shot), atlas.element("span", { "aria-hidden": "true" }, atlas.number(shot.value)));
      button.inspect = () => this.inspect(shot, `${place ? atlas.ordinal(place + 1) + " " : ""}${title.toLowerCase()}`);
      for (const event of ["focus", "pointerenter", "click"]) button.addEventListener(event, button.inspect);
      grid.append(button);
    });
    grid.addEventListener("pointerleave", () => this.settle());
    grid.addEventListener("focusout", () => queueMicrotask(() => this.settle()));
    return atlas.element("div", { class: kind }, atlas.element("h3", {}, title), grid);
  }

  /** Goes back to the image that has the focus, or to the slider's. */
  settle() {
    if (!this.isFilled) return;
    const focused = document.activeElement;
    if (focused?.inspect && this.node.contains(focused)) focused.inspect();
    else this.show(this.slider.valueAsNumber);
  }

  /** A thumbnail that says what it shows and how much the unit liked it. */
  picture({ image, value }, size = 96) {
    if (image === null) return atlas.element("span", { class: "void" });
    const source = this.layer.thumbnail(image);
    const text = `${this.describe(image)}, activation ${atlas.number(value)}`;
    if (source === null) {
      return atlas.element("span", { class: "void", role: "img", "aria-label": `${text}; the image was not found` });
    }
    return atlas.element("img", { src: source, alt: text, width: size, height: size, loading: "lazy", decoding: "async" });
  }

  describe(image) {
    const label = this.layer.labelOf(image);
    return this.layer.paths[image] + (label ? `, ${label}` : "");
  }

  distribution() {
    const { layer, unit } = this, bins = layer.bins;
    const [low, high] = [layer.minimum[unit], layer.maximum[unit]];
    const counts = layer.histogram.subarray(unit * bins, (unit + 1) * bins);
    const most = Math.max(...counts, 1), height = 64;
    const zero = Math.min(Math.max((0 - low) / (high - low), 0), 1) * bins;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", `0 0 ${bins} ${height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    const some = layer.bins && high > low && counts.some((count) => count > 0);
    svg.setAttribute(
      "aria-label", some
        ? `Histogram of ${atlas.whole(layer.histogramCount)} activations from ${atlas.number(low)} to ${atlas.number(high)}`
        : `No histogram: ${low === high ? `every activation is ${atlas.number(low)}` : "nothing was counted"}`);
    // A bin with anything in it is seen, however full the others are: the tail is where the images come from.
    const bars = (from, to) => {
      let path = "";
      for (let bin = 0; bin < bins; bin++) {
        const [left, right] = [Math.max(bin, from), Math.min(bin + 0.9, to)];
        if (counts[bin] === 0 || right <= left) continue;
        const bar = Math.max(counts[bin] / most * height, 1.5);
        path += `M${left.toFixed(2)} ${height}V${(height - bar).toFixed(2)}H${right.toFixed(2)}V${height}Z`;
      }
      return path;
    };
    if (some) {
      for (const [name, from, to] of [["below", 0, zero], ["above", zero, bins]]) {
        const path = document.createElementNS(svg.namespaceURI, "path");
        path.setAttribute("class", name);
        path.setAttribute("d", bars(from, to));
        svg.append(path);
      }
    }
    this.marker = atlas.element("i", { class: "marker", "aria-hidden": "true" });
    const plot = atlas.element("div", { class: "plot" }, svg, this.marker);
    // Closer to an end, its label would run into the end's.
    if (some && zero > 0.1 * bins && zero < 0.9 * bins) {
      const line = atlas.element("i", { class: "zero", "aria-hidden": "true" });
      line.style.left = `${zero / bins * 100}%`;
      plot.append(line);
    }
    const ends = atlas.element(
      "div", { class: "ends", "aria-hidden": "true" },
      atlas.element("span", {}, atlas.number(low)), atlas.element("span", {}, atlas.number(high)));
    return atlas.element("div", { class: "distribution" }, plot, ends);
  }

  percentiles() {
    const last = Math.max(this.layer.stops.length - 1, 1);
    const middle = Math.max(this.layer.stops.indexOf(50), 0);
    const id = `unit-${this.channel}-percentile`;
    this.slider = atlas.element("input", { type: "range", id, min: "0", max: String(last), step: "1", value: String(middle) });
    this.slider.addEventListener("input", () => this.show(this.slider.valueAsNumber));
    this.slider.addEventListener("focus", () => this.show(this.slider.valueAsNumber));
    this.frame = atlas.element("div", { class: "frame" });
    this.caption = atlas.element("figcaption", {});
    const marks = atlas.element("div", { class: "stops", "aria-hidden": "true" });
    this.layer.stops.forEach((percentile, stop) => {
      if (percentile % 25 !== 0) return;
      const mark = atlas.element("span", {}, percentile === 50 ? "50th percentile" : String(percentile));
      mark.style.left = `${stop / last * 100}%`;
      marks.append(mark);
    });
    return [
      atlas.element("label", { class: "percentile", for: id }, atlas.element("span", { class: "unseen" }, "Percentile"), this.slider),
      marks,
      atlas.element("figure", { class: "viewer" }, this.frame, this.caption),
    ];
  }

  /** Shows the image at a percentile. */
  show(stop) {
    const shot = this.layer.at(stop, this.unit);
    const percentile = this.layer.stops[stop];
    const name = percentile === 0 ? "Lowest" : percentile === 100 ? "Highest"
      : percentile === 50 ? "Median" : `${atlas.ordinal(percentile)} percentile`;
    const place = `rank ${atlas.whole(this.layer.rank(stop))} of ${atlas.whole(this.layer.count)}`;
    this.slider.setAttribute(
      "aria-valuetext",
      `${name}, activation ${atlas.number(shot.value)}` + (shot.image === null ? "" : `, ${this.describe(shot.image)}`));
    this.inspect(shot, name, this.layer.isSampled ? "" : place);
  }

  /** Shows one image large, with its name and its place in the distribution. */
  inspect(shot, name, place = "") {
    const { layer, unit } = this;
    const range = layer.maximum[unit] - layer.minimum[unit];
    const position = range > 0 ? (shot.value - layer.minimum[unit]) / range : 0.5;
    this.marker.style.left = `${Math.min(Math.max(position, 0), 1) * 100}%`;
    this.frame.replaceChildren(this.picture(shot));
    this.caption.replaceChildren(
      atlas.element("strong", {}, name), atlas.element("span", { class: "value" }, atlas.number(shot.value)),
      atlas.element("span", { class: "place" }, place));
    if (shot.image === null) return;
    const label = layer.labelOf(shot.image);
    if (label) this.caption.append(atlas.element("span", { class: "label" }, label));
    this.caption.append(atlas.element("span", { class: "path" }, layer.paths[shot.image]));
  }
};
