// SPDX-License-Identifier: EUPL-1.2
// The thread that reads pictures: a search takes seconds, and the page must answer meanwhile. scan.js asks; each answer has its number.
import { prepareReader, readPhoto, readPicture } from "./reading.js";

const WORK = {
  prepare: async () => { await prepareReader(); },
  photo: (file, onCloser) => readPhoto(file, onCloser),
  picture: (image) => readPicture(image),
};

addEventListener("message", async ({ data: { number, name, given } }) => {
  try {
    postMessage({ number, found: await WORK[name](given, () => postMessage({ number, closer: true })) });
  } catch (error) {
    postMessage({ number, failed: String(error) });
  }
});
