// SPDX-License-Identifier: EUPL-1.2
// One picture in the ways in which a reader of codes may see it: smaller, as taken, larger, with more contrast, with sharper edges.
// The server's form does the same (bierger.documents.plugins.sandbox.images). Only what is drawn anew is changed; nothing is kept.

const FIRST_SIDE = 1600; // longest side of the first look: quick, and enough for a code that fills a good part of the picture
const MOST_PIXELS = 8000000; // a search costs far more per pixel than the drawing, and a telephone has little memory
const LARGEST_SCALE = 2;
const WORTHWHILE = 1.1; // looks that differ by less than this factor show the reader the same
const CUT = 0.02; // share of the darkest and of the lightest dots that the contrast may cost
const SHARPER = 2, EDGE = 3; // how much of an edge is added to itself, and from which difference of two dots on it is one

/** What is drawn of `source`, on white: a transparent picture is read as on paper. */
export function drawn(source, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** The looks at a picture, the cheapest first: functions that give what is to be read. `isPlain`: as taken, only its size is another. */
export function looksAt(picture) {
  const { width, height } = picture, whole = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)));
  const first = Math.min(whole, FIRST_SIDE / Math.max(width, height)), larger = Math.min(LARGEST_SCALE, Math.sqrt(MOST_PIXELS / (width * height)));
  const at = (scale) => drawn(picture, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const looks = [{ isPlain: true, draw: () => at(first) }];
  if (whole > first * WORTHWHILE) looks.push({ isPlain: true, draw: () => at(whole) });
  if (larger > whole * WORTHWHILE) looks.push({ draw: () => at(larger) });
  looks.push({ draw: () => contrasted(at(whole)) }, { draw: () => contrasted(sharpened(at(whole))) });
  if (larger > whole * WORTHWHILE) looks.push({ draw: () => contrasted(sharpened(at(larger))) });
  return looks;
}

/** The light of each dot, 0 to 255. */
function greyOf({ data, width, height }) {
  const grey = new Uint8ClampedArray(width * height);
  for (let dot = 0, at = 0; dot < grey.length; dot += 1, at += 4) grey[dot] = (data[at] * 77 + data[at + 1] * 151 + data[at + 2] * 28) >> 8;
  return grey;
}

function paint(image, lightOf) {
  const { data, width, height } = image;
  for (let dot = 0, at = 0; dot < width * height; dot += 1, at += 4) data[at] = data[at + 1] = data[at + 2] = lightOf(dot);
  return image;
}

/** From black to white: the darkest dots become black, the lightest white. */
export function contrasted(image) {
  const grey = greyOf(image), counts = new Uint32Array(256), most = grey.length * CUT;
  for (const light of grey) counts[light] += 1;
  let low = 0, high = 255;
  for (let seen = counts[0]; low < 255 && seen <= most; low += 1) seen += counts[low + 1];
  for (let seen = counts[255]; high > 0 && seen <= most; high -= 1) seen += counts[high - 1];
  if (high <= low) return image;
  const light = Uint8ClampedArray.from({ length: 256 }, (_, one) => ((one - low) * 255) / (high - low));
  return paint(image, (dot) => light[grey[dot]]);
}

/** Each dot further from what surrounds it: a code that the lens blurred has its squares again. */
export function sharpened(image) {
  const { width, height } = image, grey = greyOf(image);
  let soft = grey;
  for (let pass = 0; pass < 2; pass += 1) soft = meanOf(meanOf(soft, width, height, 1, width), height, width, width, 1);
  const clear = new Uint8ClampedArray(grey.length);
  for (let dot = 0; dot < grey.length; dot += 1) {
    const edge = grey[dot] - soft[dot];
    clear[dot] = Math.abs(edge) < EDGE ? grey[dot] : grey[dot] + SHARPER * edge;
  }
  return paint(image, (dot) => clear[dot]);
}

/** The mean of five dots in a row: `step` from one to the next, `count` of them, `rows` rows that lie `stride` apart. */
function meanOf(grey, count, rows, step, stride) {
  const soft = new Uint8ClampedArray(grey.length), last = count - 1;
  for (let row = 0; row < rows; row += 1) {
    const start = row * stride, light = (at) => grey[start + Math.min(last, Math.max(0, at)) * step];
    let sum = light(-2) + light(-1) + light(0) + light(1) + light(2);
    for (let at = 0; at < count; at += 1) {
      soft[start + at * step] = sum / 5;
      sum += light(at + 3) - light(at - 2);
    }
  }
  return soft;
}
