// SPDX-License-Identifier: EUPL-1.2
// Codes from the camera and from pictures. They are read in a thread of their own (reading.js), so that the page answers while somebody
// waits; every picture stays on this device: nothing is sent anywhere.
import { hex, sha256, utf8 } from "./bytes.js";
import { drawn } from "./pictures.js";
import * as reading from "./reading.js";

const THREAD = "/verify/reader.js"; // below /verify, where the service worker hands it out without a network, too
const GONE = 10; // looks without it after which a paper was taken away: a hand before the lens, or a blurred look, is none
const PAUSE = 120; // milliseconds between two looks: a telephone must not get hot

let reader = null;

/** The reader, loaded: {photo(file, onCloser), picture(image)}. Again after a failure. */
function prepareReader() {
  reader ??= inThread().catch(inPage);
  reader.catch(() => { reader = null; });
  return reader;
}

/** Where a browser has no threads of modules that can draw: the same, and the page waits. */
async function inPage() {
  await reading.prepareReader();
  return { photo: reading.readPhoto, picture: reading.readPicture };
}

async function inThread() {
  if (!globalThis.OffscreenCanvas) throw new Error("no drawing in a thread");
  const worker = new Worker(THREAD, { type: "module" }), waiting = new Map();
  let count = 0, isStarted = false;
  const ask = (name, given, moved = [], onCloser = () => {}) => new Promise((resolve, reject) => {
    count += 1;
    waiting.set(count, { resolve, reject, onCloser });
    worker.postMessage({ number: count, name, given }, moved);
  });
  worker.addEventListener("message", ({ data: { number, found, failed, closer } }) => {
    const one = waiting.get(number);
    if (closer) return one.onCloser();
    waiting.delete(number);
    return failed ? one.reject(new Error(failed)) : one.resolve(found);
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    worker.terminate();
    if (isStarted) reader = null; // the next picture gets another thread
    for (const { reject } of waiting.values()) reject(new Error("the thread ended"));
  });
  await ask("prepare");
  isStarted = true;
  return { photo: (file, onCloser) => ask("photo", file, [], onCloser), picture: (image) => ask("picture", image, [image.data.buffer]) };
}

/** The codes in a picture file, {texts, other}; Error: no picture that this browser can open. */
export async function readPhoto(file) {
  return (await prepareReader()).photo(file, () => lookingCloser.dispatchEvent(new Event("closer")));
}

/** "closer": there was no code at first sight, and the search goes on. */
export const lookingCloser = new EventTarget();

const readFrame = async (image) => (await prepareReader()).picture(image);

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
        const found = await readFrame(drawn(this.video, width, height)).catch(() => ({ texts: [], other: false }));
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
