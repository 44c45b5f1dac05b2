// What a layer's data file holds, unpacked: see docs/atlas.md for the format.
"use strict";

const atlas = {
  /** Ranges of rows without a thumbnail, each [first, last]. */
  missingRows: [],
  missing(ranges) { atlas.missingRows = ranges; },
  layer(packed) { atlas.start(new atlas.Layer(packed)); },
};

atlas.Layer = class {
  constructor(packed) {
    Object.assign(this, packed);
    const unpack = (text, type) => {
      const binary = atob(text);
      const bytes = new Uint8Array(binary.length);
      for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
      return new type(bytes.buffer);
    };
    const counts = packed.wide ? Uint32Array : Uint16Array;
    for (const name of ["minimum", "maximum", "mean", "highValues", "lowValues", "stopValues"]) {
      this[name] = unpack(packed[name], Float32Array);
    }
    for (const name of ["high", "low", "stop"]) this[name] = unpack(packed[name], Uint32Array);
    this.channels = unpack(packed.channels, Uint32Array);
    this.nonPositive = unpack(packed.nonPositive, Uint32Array);
    for (const name of ["neverPositive", "dead", "constant"]) this[name] = unpack(packed[name], Uint8Array);
    this.histogram = unpack(packed.histogram, counts);
    this.rows = unpack(packed.rows, Uint32Array);
    this.labels = unpack(packed.labels, Int32Array);
    this.paths = atlas.unfold(packed.paths);
    this.units = this.channels.length;
  }

  /** The share of images a unit is not positive on, 0 to 1. */
  sparsity(unit) { return this.count ? this.nonPositive[unit] / this.count : 0; }
  /** Whether no recorded value of a unit is above 0. */
  isNeverPositive(unit) { return this.neverPositive[unit] === 1; }
  /** Whether a unit is at most 0 at every position of every image; null where the recording does not say. */
  isDead(unit) { return { 0: false, 1: true }[this.dead[unit]] ?? null; }
  isConstant(unit) { return this.constant[unit] === 1; }

  /** The class of an image in words, "" when it has none. */
  labelOf(image) {
    const label = this.labels[image];
    return label < 0 ? "" : this.labelNames[label] ?? "";
  }

  /** Images of one kind, from the most extreme on: [{image, value}]. */
  extremes(kind, unit) {
    const found = [];
    for (let i = unit * this.kept; i < (unit + 1) * this.kept; i++) {
      if (this[kind][i] !== atlas.nobody) found.push({ image: this[kind][i], value: this[kind + "Values"][i] });
    }
    return found;
  }

  /** The image and value at a percentile, by its position among the stops. */
  at(stop, unit) {
    const i = unit * this.stops.length + stop;
    return { image: this.stop[i] === atlas.nobody ? null : this.stop[i], value: this.stopValues[i] };
  }

  /** The place of a percentile among the images, 1 for the most activating. */
  rank(stop) { return this.count - Math.round(this.stops[stop] / 100 * (this.count - 1)); }

  thumbnail(image) {
    const row = this.rows[image];
    if (atlas.missingRows.some(([first, last]) => row >= first && row <= last)) return null;
    const folder = String(Math.floor(row / 1000)).padStart(4, "0");
    return `../thumbnails/${folder}/${row}.jpg`;
  }
};

/** Stands for an image that is not there: a layer with fewer images than places. */
atlas.nobody = 0xFFFFFFFF;

/** Paths in order, each as how much it shares with the one before (a digit to base 36) and the rest. */
atlas.unfold = (folded) => {
  let last = "";
  return folded.map((text) => (last = last.slice(0, parseInt(text[0], 36)) + text.slice(1)));
};

/** Three digits, a true minus. */
atlas.number = (value) => {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  let text;
  if (size === 0) text = "0";
  else if (size >= 1e5 || size < 1e-3) text = size.toExponential(1).replace("e+", "e").replace("e-", "e−");
  else text = size >= 100 ? size.toFixed(0) : size.toPrecision(3);
  return value < 0 ? `−${text}` : text;
};

atlas.whole = (value) => value.toLocaleString("en-US");

atlas.share = (value) => {
  const percent = 100 * value;
  if (percent === 0 || percent === 100) return `${percent} %`;
  return `${Math.min(Math.max(percent, 0.1), 99.9).toFixed(1)} %`;
};

/** 1st, 2nd, 95th; 2.5th. */
atlas.ordinal = (value) => {
  const last = value % 10, teens = value % 100 > 10 && value % 100 < 14;
  return value + (!teens && { 1: "st", 2: "nd", 3: "rd" }[last] || "th");
};
