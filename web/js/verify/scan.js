// SPDX-License-Identifier: EUPL-1.2
// Reading codes from the camera and from pictures. The reader (ZXing as WebAssembly) is loaded when it is first needed; every picture
// stays in this page: nothing is sent anywhere.
import { hex, sha256, utf8 } from "./bytes.js";
import { drawn, looksAt } from "./pictures.js";
import { findReceipt, findSeal } from "./verdict.js";

const OPTIONS = { formats: ["QRCode"], tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true, maxNumberOfSymbols: 8 };
const GONE = 10; // looks without it after which a paper was taken away: a hand before the lens, or a blurred look, is none
const PAUSE = 120; // milliseconds between two looks: a telephone must not get hot

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
async function readPicture(image) {
  const zxing = await prepareReader();
  const texts = (await zxing.readBarcodes(image, OPTIONS)).filter((code) => code.isValid).map((code) => code.text);
  return { texts: texts.filter(isOurs), other: texts.some((text) => !isOurs(text)) };
}

/** The codes in a picture file, {texts, other}; Error: no picture that this browser can open. */
export async function readPhoto(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const texts = new Set();
  let other = false;
  try {
    for (const { draw, isPlain = false } of looksAt(bitmap)) {
      // Of two codes in one picture the smaller may be read in the larger look only: both are waited for, and the costly looks are not.
      if (texts.size && !isPlain) break;
      const found = await readPicture(draw());
      for (const text of found.texts) texts.add(text);
      other ||= found.other;
    }
  } finally {
    bitmap.close();
  }
  return { texts: [...texts], other };
}

export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

/**
 * The camera in a video element. `onCodes(texts)` once; `onOther()` when a code of somebody else is in sight; `onSame()` when only
 * what was read last still is, `onGone()` when it was taken away: then it may be read again. It is kept as a hash: no fact stays for it.
 */
export class Camera {
  constructor(video, { onCodes, onOther, onSame, onGone }) {
    Object.assign(this, { video, onCodes, onOther, onSame, onGone, stream: null, run: 0, answered: new Set(), gone: 0 });
  }

  get isOn() {
    return this.stream !== null;
  }

  /** Rejected as getUserMedia rejects: NotAllowedError, NotFoundError, NotReadableError; or when the reader cannot be loaded. */
  async start({ again = true } = {}) {
    this.stop();
    if (again) this.answered.clear(); // whoever presses the button wants whatever lies there read
    const run = this.run;
    const [stream] = await Promise.all([
      navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } } }),
      prepareReader(),
    ]);
    if (run !== this.run) {
      stream.getTracks().forEach((track) => track.stop()); // stopped while the browser was asking
      return;
    }
    this.stream = stream;
    this.video.srcObject = stream;
    await this.video.play();
    this.look(run);
  }

  stop() {
    this.run += 1;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  async look(run) {
    while (run === this.run) {
      const { videoWidth: width, videoHeight: height } = this.video;
      if (width && !document.hidden) {
        const found = await readPicture(drawn(this.video, width, height)).catch(() => ({ texts: [], other: false }));
        const prints = await Promise.all(found.texts.map(async (text) => hex(await sha256(utf8(text)))));
        if (run !== this.run) return;
        if (prints.some((print) => !this.answered.has(print))) {
          this.stop();
          this.answered = new Set(prints);
          this.gone = 0;
          this.onCodes(found.texts);
          return;
        }
        if (prints.length) this.onSame();
        else if (found.other) this.onOther();
        this.gone = prints.length ? 0 : this.gone + 1;
        if (this.gone === GONE && this.answered.size) {
          this.answered.clear();
          this.onGone();
        }
      }
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    }
  }

  get torch() {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  hasTorch() {
    return Boolean(this.torch?.getCapabilities?.().torch);
  }

  async light(isOn) {
    await this.torch?.applyConstraints({ advanced: [{ torch: isOn }] });
  }
}
