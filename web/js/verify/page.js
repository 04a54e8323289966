// SPDX-License-Identifier: EUPL-1.2
// The verification page: camera, files, text; the answer; what is kept; the counter's mode. Without this script the server's form works.
import { answer, readFiles, readText } from "./checking.js";
import { drawKept as drawWhatIsKept } from "./kept.js";
import { Kiosk } from "./kiosk.js";
import { drawResult, element, icon } from "./result.js";
import { Camera, hasCamera, lookingCloser } from "./scan.js";
import { Speaker } from "./speech.js";
import { Trust } from "./trust.js";
import { loadWords, say, words } from "./words.js";

const byId = (id) => document.getElementById(id);
const search = new URLSearchParams(location.search);
const KIOSK_SECONDS = Math.min(600, Math.max(5, Number(search.get("seconds")) || 30));
const RENEW = 600000; // milliseconds: how often an open page fetches the lists
const PATIENCE = 60000; // milliseconds between two attempts without success

let trust, speaker, kiosk = null; // made when the words are there; kiosk: the counter's mode, if asked for
const parts = Object.fromEntries(
  ["verifier", "verify-camera", "verify-finder", "verify-video", "verify-start", "verify-stop", "verify-torch", "verify-says", "verify-file",
    "verify-form", "verify-text", "verify-answer", "verify-ways", "verify-kept", "verify-kept-list", "verify-forget", "verify-online", "verify-server",
  ].map((id) => [id, byId(id)]),
);
let current = 0; // the answer that counts: one that comes late is not shown
let answers = []; // {asked, found} of what is on the page
let isReached = true, triedAt = 0; // a network that leads nowhere is none, and nobody waits for it at every code

const tell = (text) => { parts["verify-says"].textContent = text; };

// The camera

const camera = new Camera(parts["verify-video"], {
  onCodes: (texts) => { showCamera(false); check(texts.map((text) => ({ ...readText(text), isPaper: true }))); },
  onOther: () => tell(say("foreign")),
  onSame: () => tell(say("same")),
  onGone: () => tell(say("camera-on")),
});

function showCamera(isOn) {
  parts["verify-finder"].hidden = !isOn;
  parts["verify-stop"].hidden = !isOn;
  parts["verify-start"].hidden = isOn;
  parts["verify-torch"].hidden = !isOn || !camera.hasTorch();
  parts["verify-torch"].setAttribute("aria-pressed", "false");
}

const CAMERA_ERRORS = { NotAllowedError: "camera-refused", NotFoundError: "camera-none", NotReadableError: "camera-busy" };

async function startCamera(options) {
  tell(say("camera-starting"));
  parts["verify-start"].disabled = true;
  try {
    await camera.start(options);
    showCamera(camera.isOn);
    if (!camera.isOn) return;
    tell(say("camera-on"));
    parts["verify-stop"].focus();
  } catch (error) {
    camera.stop();
    showCamera(false);
    tell(say(CAMERA_ERRORS[error.name] ?? "camera-failed"));
  } finally {
    parts["verify-start"].disabled = false;
  }
}

function stopCamera() {
  camera.stop();
  showCamera(false);
  tell("");
}

// The answer

/** Answer each document that is asked about; `options.log`: ask the log about the one at `at`, and leave the other answers. */
async function check(asked, { log = false, at = null } = {}) {
  const mine = (current += 1);
  kiosk?.stop();
  speaker.stop();
  tell(say("checking"));
  if (navigator.onLine && !isFresh() && Date.now() - triedAt > PATIENCE) await renew();
  const found = [];
  for (const [number, one] of asked.entries()) {
    found.push(at === null || at === number ? await judged(one, log) : answers[number].found);
    if (mine !== current) return;
  }
  drawKept();
  tell("");
  answers = asked.map((one, number) => ({ asked: one, found: found[number] }));
  show(at ?? 0);
}

async function judged(asked, log) {
  try {
    return await answer(asked, trust, { log });
  } catch {
    return { kind: "unread", code: log ? "log-unreachable" : "", steps: [] };
  }
}

/** Lists of the last minutes: nothing is asked again for every code. */
const isFresh = () => Date.now() - (trust.fetchedAt["keys.json"]?.getTime() ?? 0) < RENEW && trust.keyList !== null;

const isOffline = () => !navigator.onLine || !isReached;

async function renew() {
  isReached = await trust.refresh().catch(() => false);
  triedAt = Date.now();
  drawKept();
}

/** Put the answers on the page, the focus on one of them: a screen reader reads it, everybody sees its top. */
function show(focused) {
  const isOne = answers.length === 1, drawn = answers.map(({ asked, found }, at) => drawAnswer(asked, found, at, isOne));
  const again = button(say(kiosk ? "next" : "another"), "arrow", () => reset(), { primary: true });
  again.id = "verify-again";
  const nodes = drawn.map(({ node }) => node);
  let heading = drawn[focused].heading;
  if (!isOne) {
    const count = element("h2", { id: "answers-title", tabindex: "-1" }, say("answers", { count: String(answers.length) }));
    const line = ({ heading: of, name }) => element("li", {}, element("a", { href: `#${of.id}` }, name), ` – ${of.textContent}`);
    nodes.unshift(element("section", { class: "answers", "aria-labelledby": "answers-title" }, count, element("ol", {}, ...drawn.map(line)), kiosk ? null : element("div", { class: "actions" }, again)));
    if (focused === 0) heading = count;
  } else if (!kiosk) drawn[0].node.querySelector(".actions").prepend(again);
  if (kiosk) nodes.push(kiosk.bar(again));
  parts["verify-answer"].replaceChildren(...nodes);
  parts["verify-ways"].hidden = true;
  document.title = `${heading.textContent} · ${words.title}`;
  heading.focus();
  (isOne ? drawn[0].node : heading).scrollIntoView({ block: "start" });
}

function drawAnswer(asked, found, at, isOne) {
  const canAsk = found.canAsk && navigator.onLine, buttons = [];
  const ask = () => check(answers.map((one) => one.asked), { log: true, at });
  if (canAsk) buttons.push(button(say(asked.receipt ? "ask-receipt" : asked.pdf ? "ask-file" : "ask-facts"), "seal", ask));
  const made = drawResult(found, { asked, offline: isOffline(), buttons, number: isOne ? 0 : at + 1 }), actions = made.node.querySelector(".actions");
  if (speaker.canSpeak()) actions.prepend(speaker.button(made.speech));
  if (canAsk) actions.after(element("p", { class: "hint small ask-hint" }, say("ask-hint")));
  return made;
}

function button(text, symbol, act, { primary = false } = {}) {
  const made = element("button", { type: "button", class: "ds-button", "data-variant": primary ? null : "secondary" }, icon(symbol), text);
  made.addEventListener("click", act);
  return made;
}

/** Take the facts off the screen and out of memory; ready for the next one. */
function reset() {
  current += 1;
  kiosk?.stop();
  speaker.stop();
  answers = [];
  parts["verify-answer"].replaceChildren();
  parts["verify-text"].value = "";
  parts["verify-file"].value = "";
  parts["verify-ways"].hidden = false;
  document.title = words.title;
  if (kiosk && hasCamera()) startCamera({ again: false }); // what still lies there was answered
  else (hasCamera() ? parts["verify-start"] : parts["verify-file"]).focus();
}

const drawKept = () => drawWhatIsKept(trust, { isReached, isOffline: isOffline() });

async function refresh() {
  await renew();
  if (isReached) await trust.refreshStatuses().catch(() => false);
  drawKept();
}

function enterKiosk() {
  kiosk = new Kiosk({ seconds: KIOSK_SECONDS, clear: reset, isReading: () => speaker.isReading, fields: [parts["verify-text"], parts["verify-file"]] });
}

/** Where the browser was told once that it may, a counter's camera starts by itself. Elsewhere somebody presses the button. */
async function startAllowedCamera() {
  const permission = await navigator.permissions?.query({ name: "camera" }).catch(() => null); // not every browser can say it
  if (permission?.state === "granted" && hasCamera() && !answers.length && !camera.isOn) await startCamera();
}

async function install() {
  try {
    await navigator.serviceWorker?.register(words.worker, { scope: "/verify" });
  } catch {
    // Not over HTTPS, or forbidden: the page works all the same, as long as there is a network.
  }
}

async function start() {
  if (!globalThis.crypto?.subtle) return; // not over HTTPS: the server's form is the way
  await loadWords(parts.verifier.dataset.words);
  trust = new Trust({ at: words.log, statusBase: words.statusBase });
  speaker = new Speaker(words.language);
  parts.verifier.hidden = false;
  const server = parts["verify-server"];
  if (server) server.open = Boolean(server.querySelector('[aria-invalid="true"]') || document.querySelector("[data-verdict]"));
  if (search.get("kiosk") === "1") enterKiosk();
  parts["verify-camera"].hidden = !hasCamera();
  parts["verify-start"].addEventListener("click", () => { current += 1; startCamera(); });
  parts["verify-stop"].addEventListener("click", () => { stopCamera(); parts["verify-start"].focus(); });
  parts["verify-torch"].addEventListener("click", async () => {
    const isOn = parts["verify-torch"].getAttribute("aria-pressed") !== "true";
    await camera.light(isOn).catch(() => {});
    parts["verify-torch"].setAttribute("aria-pressed", String(isOn));
  });
  parts["verify-file"].addEventListener("change", async () => {
    stopCamera();
    if (!parts["verify-file"].files.length) return;
    const mine = (current += 1); // while pictures are searched the page answers: whatever is asked meanwhile counts instead
    tell(say("checking"));
    const asked = await readFiles([...parts["verify-file"].files]).catch(() => [{ unread: "upload-broken" }]);
    if (mine === current) check(asked);
  });
  lookingCloser.addEventListener("closer", () => { if (parts["verify-says"].textContent === say("checking")) tell(say("looking-closer")); });
  parts["verify-form"].addEventListener("submit", (event) => {
    event.preventDefault(); // what was typed stays in this page
    stopCamera();
    check([readText(parts["verify-text"].value)]);
  });
  parts["verify-forget"].addEventListener("click", async () => { await trust.forget(); await refresh(); });
  addEventListener("online", refresh);
  addEventListener("offline", drawKept);
  addEventListener("pagehide", () => { current += 1; camera.stop(); answers = []; parts["verify-answer"].replaceChildren(); parts["verify-text"].value = parts["verify-file"].value = ""; }); // nothing in the back-forward cache
  install();
  await trust.load();
  drawKept();
  parts.verifier.dataset.ready = "kept";
  if (kiosk) startAllowedCamera();
  await refresh();
  parts.verifier.dataset.ready = "renewed";
  setInterval(() => { if (navigator.onLine) refresh(); }, RENEW);
}

start();
