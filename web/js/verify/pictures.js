// SPDX-License-Identifier: EUPL-1.2
// One picture in the ways in which a reader of codes may see it: smaller, as taken, larger, with more contrast, with sharper edges.
// The server's form does the same (bierger.documents.plugins.sandbox.images). Only what is drawn anew is changed; nothing is kept.
// All of it works in a page and in a worker.

const FIRST_SIDE = 1600; // longest side of the first look: quick, and enough for a code that fills a good part of the picture
const MOST_PIXELS = 8000000; // each look costs by its pixels, and a telephone has little memory
const LARGEST_SCALE = 2;
const WORTHWHILE = 1.1; // looks that differ by less than this factor show the reader the same
const FAINT = 128; // difference of the darkest and the lightest dots from which on more contrast shows the reader the same
const CUT = 0.02; // share of the darkest and of the lightest dots that the contrast may cost
const SHARPER = 2, EDGE = 3; // how much of an edge is added to itself, and from which difference of two dots on it is one
const AROUND = 2; // dots on each side of one, of which the mean is taken

/** A canvas that nobody sees: in a worker there is no document to make one. */
function canvasOf(width, height) {
  if (typeof document === "undefined") return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** What is drawn of `source`, on white: a transparent picture is read as on paper. */
export function drawn(source, width, height) {
  const context = canvasOf(width, height).getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/**
 * The looks at a picture, the cheapest first: functions that give what is to be read, or null where this look would show nothing new.
 * `isPlain`: as taken, only its size is another. More contrast reads what is faint, sharper edges what the lens blurred.
 * Drawing in another size costs more than searching: what was drawn is kept in grey, a byte a dot, until the last look.
 */
export function looksAt(picture) {
  const { width, height } = picture, whole = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)));
  const first = Math.min(whole, FIRST_SIDE / Math.max(width, height)), larger = Math.min(LARGEST_SCALE, Math.sqrt(MOST_PIXELS / (width * height)));
  const isLarger = larger > whole * WORTHWHILE, greys = new Map();
  const at = (scale) => drawn(picture, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const kept = (scale) => {
    const image = at(scale);
    greys.set(scale, greyOf(image));
    return image;
  };
  const grey = (scale) => {
    if (!greys.has(scale)) kept(scale);
    return greys.get(scale);
  };
  const looks = [{ isPlain: true, draw: () => (first < whole ? at(first) : kept(whole)) }];
  if (whole > first * WORTHWHILE) looks.push({ isPlain: true, draw: () => kept(whole) });
  looks.push({ draw: () => (isFaint(grey(whole)) ? contrasted(grey(whole)) : null) });
  if (isLarger) looks.push({ draw: () => kept(larger) });
  looks.push({ draw: () => contrasted(sharpened(grey(whole))) });
  if (isLarger) looks.push({ draw: () => contrasted(sharpened(grey(larger))) });
  return looks;
}

/** {light, width, height}: the light of each dot, 0 to 255. */
function greyOf({ data, width, height }) {
  const light = new Uint8Array(width * height);
  for (let dot = 0, at = 0; dot < light.length; dot += 1, at += 4) light[dot] = (data[at] * 77 + data[at + 1] * 151 + data[at + 2] * 28) >> 8;
  return { light, width, height };
}

/** [low, high]: between which greys nearly all dots are. */
function rangeOf({ light }) {
  const counts = new Uint32Array(256), most = light.length * CUT;
  for (let dot = 0; dot < light.length; dot += 1) counts[light[dot]] += 1;
  let low = 0, high = 255;
  for (let seen = counts[0]; low < 255 && seen <= most; low += 1) seen += counts[low + 1];
  for (let seen = counts[255]; high > 0 && seen <= most; high -= 1) seen += counts[high - 1];
  return [low, high];
}

function isFaint(grey) {
  const [low, high] = rangeOf(grey);
  return high > low && high - low < FAINT;
}

/** As a reader takes it, from black to white: the darkest dots become black, the lightest white. */
function contrasted(grey) {
  const { light, width, height } = grey, [low, high] = rangeOf(grey);
  const becomes = Uint8ClampedArray.from({ length: 256 }, (_, one) => (high > low ? ((one - low) * 255) / (high - low) : one));
  const image = new ImageData(width, height), dots = new Uint32Array(image.data.buffer), colours = Uint32Array.from(becomes, (one) => 0xff000000 | (one * 0x010101));
  for (let dot = 0; dot < light.length; dot += 1) dots[dot] = colours[light[dot]];
  return image;
}

/** Each dot further from what surrounds it: a code that the lens blurred has its squares again. */
function sharpened({ light, width, height }) {
  const soft = light.slice(), between = new Uint8Array(light.length);
  for (let pass = 0; pass < 2; pass += 1) {
    meansAlong(soft, between, width, height);
    meansAcross(between, soft, width, height);
  }
  for (let dot = 0; dot < light.length; dot += 1) {
    const edge = light[dot] - soft[dot], clear = edge > -EDGE && edge < EDGE ? light[dot] : light[dot] + SHARPER * edge;
    soft[dot] = Math.min(255, Math.max(0, clear)); // in the place of what is soft: one picture less in memory
  }
  return { light: soft, width, height };
}

const SPAN = 2 * AROUND + 1; // with AROUND added before the division the mean is rounded

/** Into `to`: of each dot the mean of it and its neighbours in its row, the outermost standing in for those beyond the picture. */
function meansAlong(from, to, width, height) {
  const last = width - 1;
  for (let row = 0, start = 0; row < height; row += 1, start += width) {
    let sum = 0;
    for (let near = -AROUND; near <= AROUND; near += 1) sum += from[start + Math.min(last, Math.max(0, near))];
    for (let at = 0; at < width; at += 1) {
      to[start + at] = ((sum + AROUND) / SPAN) | 0;
      sum += from[start + Math.min(last, at + AROUND + 1)] - from[start + Math.max(0, at - AROUND)];
    }
  }
}

/** The same in its column; row by row nevertheless, since memory is quick only in its own order. */
function meansAcross(from, to, width, height) {
  const sums = new Uint16Array(width), last = height - 1;
  for (let near = -AROUND; near <= AROUND; near += 1) {
    const start = Math.min(last, Math.max(0, near)) * width;
    for (let at = 0; at < width; at += 1) sums[at] += from[start + at];
  }
  for (let row = 0; row < height; row += 1) {
    const start = row * width, next = Math.min(last, row + AROUND + 1) * width, gone = Math.max(0, row - AROUND) * width;
    for (let at = 0; at < width; at += 1) {
      to[start + at] = ((sums[at] + AROUND) / SPAN) | 0;
      sums[at] += from[next + at] - from[gone + at];
    }
  }
}
