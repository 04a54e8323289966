// SPDX-License-Identifier: EUPL-1.2
// Finding codes in pictures, in a thread of its own (reading-thread.js) or in the page (scan.js says when). The reader is ZXing as
// WebAssembly, loaded when it is first needed. Every picture stays on this device: nothing is sent anywhere.
import { looksAt } from "./pictures.js";
import { findReceipt, findSeal } from "./verdict.js";

const OPTIONS = { formats: ["QRCode"], tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true, maxNumberOfSymbols: 8 };

let reader = null;

/** Load the reader; again after a failure. */
export function prepareReader() {
  reader ??= import("../../vendor/zxing-wasm/reader/index.js").then(async (zxing) => {
    const locateFile = (name) => new URL(`../../vendor/zxing-wasm/${name}`, import.meta.url).href;
    await zxing.prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
    return zxing;
  });
  reader.catch(() => { reader = null; });
  return reader;
}

const isOurs = (text) => Boolean(findSeal(text) || findReceipt(text));

/** {texts, other}: the codes of ours in the picture, and whether there were codes of somebody else. */
export async function readPicture(image) {
  const zxing = await prepareReader();
  const texts = (await zxing.readBarcodes(image, OPTIONS)).filter((code) => code.isValid).map((code) => code.text);
  return { texts: texts.filter(isOurs), other: texts.some((text) => !isOurs(text)) };
}

/** The codes in a picture file, {texts, other}; Error: no picture that this browser can open. `onCloser()`: none at first sight. */
export async function readPhoto(file, onCloser = () => {}) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const texts = new Set();
  let other = false, isFirstSight = true;
  try {
    for (const { draw, isPlain = false } of looksAt(bitmap)) {
      // Of two codes in one picture the smaller may be read in the larger look only: both are waited for, and the costly looks are not.
      if (texts.size && !isPlain) break;
      if (!isPlain && isFirstSight) onCloser();
      isFirstSight &&= isPlain;
      const image = draw();
      if (!image) continue;
      const found = await readPicture(image);
      for (const text of found.texts) texts.add(text);
      other ||= found.other;
    }
  } finally {
    bitmap.close();
  }
  return { texts: [...texts], other };
}
