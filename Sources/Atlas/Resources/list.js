// Which units are shown, and in which order.
"use strict";

/** The share of non-positive activations from which a unit counts as sparse. */
atlas.sparse = 0.9;

/** Reads a query: channels and ranges of them ("137", "200-250 300", "layer3.0.conv2__17"), or words. */
atlas.query = (text) => {
  const trimmed = text.trim().toLowerCase();
  const channels = [];
  for (const part of trimmed.replace(/\s*(-|–)\s*/g, "-").split(/[\s,]+/)) {
    const found = /^(?:.*__)?(\d+)(?:-(\d+))?$/.exec(part);
    if (!found) return { words: trimmed.split(/\s+/).filter(Boolean), channels: null };
    channels.push([Number(found[1]), Number(found[2] ?? found[1])]);
  }
  return { words: [], channels };
};

/** How many of its most activating images each unit has whose path and class contain all words. */
atlas.matches = (layer, words) => {
  const counts = new Uint16Array(layer.units);
  if (!words.length) return counts;
  const fits = new Uint8Array(layer.rows.length);
  for (let image = 0; image < fits.length; image++) {
    const text = `${layer.paths[image]} ${layer.labelOf(image)}`.toLowerCase();
    fits[image] = words.every((word) => text.includes(word)) ? 1 : 0;
  }
  for (let i = 0; i < layer.high.length; i++) {
    if (layer.high[i] !== atlas.nobody) counts[Math.floor(i / layer.kept)] += fits[layer.high[i]];
  }
  return counts;
};

/** The units to show, by position in the layer. */
atlas.select = (layer, { query, sort, descending, filter }) => {
  const { words, channels } = atlas.query(query);
  const matches = atlas.matches(layer, words);
  const isWanted = {
    all: () => true,
    alive: (unit) => layer.isDead(unit) === false,
    dead: (unit) => layer.isDead(unit) === true,
    "never-positive": (unit) => layer.isNeverPositive(unit),
    constant: (unit) => layer.isConstant(unit),
    sparse: (unit) => layer.sparsity(unit) >= atlas.sparse,
  }[filter];
  const key = {
    channel: (unit) => layer.channels[unit],
    maximum: (unit) => layer.maximum[unit],
    minimum: (unit) => layer.minimum[unit],
    mean: (unit) => layer.mean[unit],
    range: (unit) => layer.maximum[unit] - layer.minimum[unit],
    sparsity: (unit) => layer.nonPositive[unit],
    matches: (unit) => matches[unit],
  }[sort];
  const units = [];
  for (let unit = 0; unit < layer.units; unit++) {
    if (!isWanted(unit) || (words.length && matches[unit] === 0)) continue;
    const channel = layer.channels[unit];
    if (channels && !channels.some(([from, to]) => channel >= from && channel <= to)) continue;
    units.push(unit);
  }
  const keys = Float64Array.from({ length: layer.units }, (_, unit) => key(unit));
  const sign = descending ? -1 : 1;
  // What is not a number comes last either way; equal ones by channel.
  return units.sort((a, b) => {
    const [x, y] = [keys[a], keys[b]];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a - b;
    return x === y ? a - b : sign * (x < y ? -1 : 1);
  });
};
