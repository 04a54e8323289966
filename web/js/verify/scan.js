// SPDX-License-Identifier: EUPL-1.2
// Reading codes from the camera and from pictures. The reader (ZXing as WebAssembly) is loaded when it is first needed; every picture
// stays in this page: nothing is sent anywhere.
import { findReceipt, findSeal } from "./verdict.js";

const OPTIONS = { formats: ["QRCode"], tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true, maxNumberOfSymbols: 8 };
const PAUSE = 120; // milliseconds between two looks: a telephone must not get hot
const SIDES = [1600, 3200, 900]; // longest side of a picture, tried in this order

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

/** {text, other}: the first code of ours in the picture, and whether there were codes of somebody else. */
async function readPicture(image) {
  const zxing = await prepareReader();
  const texts = (await zxing.readBarcodes(image, OPTIONS)).filter((code) => code.isValid).map((code) => code.text);
  return { text: texts.find(isOurs) ?? null, other: texts.length > 0 };
}

function drawn(source, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // a transparent picture is read as on paper
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** The code in a picture file, {text, other}; Error: no picture that this browser can open. */
export async function readPhoto(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  let other = false;
  try {
    for (const side of SIDES) {
      const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
      if (scale === 1 && side !== SIDES[0] && side > Math.max(bitmap.width, bitmap.height)) continue; // the same picture again
      const found = await readPicture(drawn(bitmap, Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale))));
      if (found.text) return found;
      other ||= found.other;
    }
  } finally {
    bitmap.close();
  }
  return { text: null, other };
}

export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

/** The camera in a video element. `onCode(text)` once; `onOther()` when a code of somebody else is in sight. */
export class Camera {
  constructor(video, { onCode, onOther }) {
    Object.assign(this, { video, onCode, onOther, stream: null, run: 0 });
  }

  get isOn() {
    return this.stream !== null;
  }

  /** Rejected as getUserMedia rejects: NotAllowedError, NotFoundError, NotReadableError; or when the reader cannot be loaded. */
  async start() {
    this.stop();
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
        const found = await readPicture(drawn(this.video, width, height)).catch(() => ({ text: null, other: false }));
        if (run !== this.run) return;
        if (found.text) {
          this.stop();
          this.onCode(found.text);
          return;
        }
        if (found.other) this.onOther();
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
