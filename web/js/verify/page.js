// SPDX-License-Identifier: EUPL-1.2
// The verification page: camera, files, text; the answer; what is kept; the counter's mode. Without this script the server's form works.
import { answer, readFiles, readText } from "./checking.js";
import { drawResult, element, icon } from "./result.js";
import { Camera, hasCamera } from "./scan.js";
import { Speaker } from "./speech.js";
import { Trust } from "./trust.js";
import { instantInWords, loadWords, say, words } from "./words.js";

const byId = (id) => document.getElementById(id);
const search = new URLSearchParams(location.search);
const kiosk = search.get("kiosk") === "1";
const KIOSK_SECONDS = Math.min(600, Math.max(5, Number(search.get("seconds")) || 30));
const RENEW = 600000; // milliseconds: how often an open page fetches the lists
const PATIENCE = 60000; // milliseconds between two attempts without success

let trust, speaker; // made when the words are there
const parts = Object.fromEntries(
  ["verifier", "verify-camera", "verify-finder", "verify-video", "verify-start", "verify-stop", "verify-torch", "verify-says", "verify-file",
    "verify-form", "verify-text", "verify-answer", "verify-ways", "verify-kept", "verify-kept-list", "verify-forget", "verify-online", "verify-server",
  ].map((id) => [id, byId(id)]),
);
let countdown = 0, current = 0; // the answer that counts: one that comes late is not shown
let isReached = true, triedAt = 0; // a network that leads nowhere is none, and nobody waits for it at every code

const tell = (text) => { parts["verify-says"].textContent = text; };

// The camera

const camera = new Camera(parts["verify-video"], {
  onCode: (text) => { showCamera(false); check({ ...readText(text), isPaper: true }); },
  onOther: () => tell(say("foreign")),
});

function showCamera(isOn) {
  parts["verify-finder"].hidden = !isOn;
  parts["verify-stop"].hidden = !isOn;
  parts["verify-start"].hidden = isOn;
  parts["verify-torch"].hidden = !isOn || !camera.hasTorch();
  parts["verify-torch"].setAttribute("aria-pressed", "false");
}

const CAMERA_ERRORS = { NotAllowedError: "camera-refused", NotFoundError: "camera-none", NotReadableError: "camera-busy" };

async function startCamera() {
  tell(say("camera-starting"));
  parts["verify-start"].disabled = true;
  try {
    await camera.start();
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

async function check(asked, options = {}) {
  const mine = (current += 1);
  stopCountdown();
  speaker.stop();
  tell(say("checking"));
  if (navigator.onLine && !isFresh() && Date.now() - triedAt > PATIENCE) await renew();
  let found;
  try {
    found = await answer(asked, trust, options);
  } catch {
    found = { kind: "unread", code: options.log ? "log-unreachable" : "", steps: [] };
  }
  if (mine !== current) return;
  drawKept();
  tell("");
  show(found, asked);
}

/** Lists of the last minutes: nothing is asked again for every code. */
const isFresh = () => Date.now() - (trust.fetchedAt["keys.json"]?.getTime() ?? 0) < RENEW && trust.keyList !== null;

const isOffline = () => !navigator.onLine || !isReached;

async function renew() {
  isReached = await trust.refresh().catch(() => false);
  triedAt = Date.now();
  drawKept();
}

function show(found, asked) {
  const again = button(say(kiosk ? "next" : "another"), "arrow", () => reset(), { primary: true });
  const buttons = [again];
  if (found.canAsk && navigator.onLine) buttons.push(button(say(asked.receipt ? "ask-receipt" : asked.pdf ? "ask-file" : "ask-facts"), "seal", () => check(asked, { log: true })));
  const { node, heading, speech } = drawResult(found, { offline: isOffline(), buttons });
  if (speaker.canSpeak()) again.after(speaker.button(speech));
  if (found.canAsk && navigator.onLine) node.querySelector(".actions").after(element("p", { class: "hint small ask-hint" }, say("ask-hint")));
  if (kiosk) node.querySelector(".actions").append(countdownButton());
  parts["verify-answer"].replaceChildren(node);
  parts["verify-ways"].hidden = true;
  document.title = `${heading.textContent} · ${words.title}`;
  heading.focus(); // a screen reader reads it; everybody sees the top of the answer
  node.scrollIntoView({ block: "start" });
}

function button(text, symbol, act, { primary = false } = {}) {
  const made = element("button", { type: "button", class: "ds-button", "data-variant": primary ? null : "secondary" }, icon(symbol), text);
  made.addEventListener("click", act);
  return made;
}

/** Take the facts off the screen and out of memory; ready for the next one. */
function reset() {
  current += 1;
  stopCountdown();
  speaker.stop();
  parts["verify-answer"].replaceChildren();
  parts["verify-text"].value = "";
  parts["verify-file"].value = "";
  parts["verify-ways"].hidden = false;
  document.title = words.title;
  if (kiosk && hasCamera()) startCamera();
  else (hasCamera() ? parts["verify-start"] : parts["verify-file"]).focus();
}

// The counter's mode: nothing of one person is left for the next

function countdownButton() {
  let left = KIOSK_SECONDS;
  const says = element("span", { "aria-hidden": "true" }, say("keep", { seconds: left }));
  const made = element("button", { type: "button", class: "ds-button", "data-variant": "tertiary", "aria-label": say("keep-label") }, says);
  made.addEventListener("click", () => { stopCountdown(); made.remove(); }); // whoever needs more time takes it
  countdown = setInterval(() => {
    left -= 1;
    says.textContent = say("keep", { seconds: left });
    if (left <= 0) reset();
  }, 1000);
  return made;
}

function stopCountdown() {
  clearInterval(countdown);
}

function enterKiosk() {
  document.body.classList.add("kiosk");
  document.addEventListener("click", () => {
    if (!document.fullscreenElement) document.documentElement.requestFullscreen?.().catch(() => {});
  });
  for (const link of document.querySelectorAll("header a, footer a")) link.removeAttribute("href");
}

// What is kept

function drawKept() {
  const rows = [];
  const row = (name, text) => rows.push(element("div", {}, element("dt", {}, say(name)), element("dd", {}, text)));
  const fetched = trust.fetchedAt["keys.json"];
  if (trust.keyList) {
    row("kept-keys", fetched ? instantInWords(fetched) : "");
    row("kept-revocations", trust.revocations ? instantInWords(new Date(Number(trust.revocations.at / 1000n))) : say("kept-none"));
    row("kept-statuses", String(trust.statuses.size));
    row("kept-types", String(trust.types.size));
    if (trust.checkpoint) row("kept-log", say("kept-grown", { size: String(trust.checkpoint.size) }));
    for (const [name, { size }] of trust.ended) row("kept-ended", say("kept-ended-after", { name, size: String(size) }));
  }
  for (const [name, code] of trust.problems) row("kept-problem", `${name}: ${words.why[code] ?? code}`);
  if (isReached && trust.missing.size) row("kept-missing", [...trust.missing].join(", "));
  parts["verify-kept"].querySelector("summary").textContent = trust.keyList
    ? say("kept-summary", { day: fetched ? instantInWords(fetched) : "", revocations: trust.revocations ? instantInWords(new Date(Number(trust.revocations.at / 1000n))) : say("kept-none") })
    : say("kept-nothing");
  parts["verify-kept"].classList.toggle("kept-wrong", !trust.keyList || trust.problems.size > 0 || (isReached && trust.missing.size > 0));
  parts["verify-kept-list"].replaceChildren(...rows);
  drawFingerprints();
  drawFork();
  parts["verify-online"].textContent = say(isOffline() ? "offline" : "online");
}

/** A log with two histories is said at the top of the page, with the two notes that prove it, until somebody forgets what is kept. */
function drawFork() {
  byId("verify-fork")?.remove();
  if (!trust.fork) return;
  const [seen, shown] = trust.fork, note = (text, name) => [element("h3", {}, say(name)), element("pre", { class: "hash", tabindex: "0" }, text)];
  const large = icon("cross");
  large.classList.add("icon-large");
  parts.verifier.before(element(
    "section", { id: "verify-fork", class: "verdict verdict-no", role: "alert", "aria-labelledby": "fork-title" }, large,
    element("h2", { id: "fork-title" }, say("fork-title")), element("p", {}, say("fork-text")), ...note(seen, "fork-seen"), ...note(shown, "fork-shown"),
  ));
}

async function drawFingerprints() {
  for (const [name, print] of await trust.fingerprints()) {
    if (parts["verify-kept-list"].querySelector(`[data-print="${CSS.escape(print)}"]`)) continue;
    parts["verify-kept-list"].append(element("div", { "data-print": print }, element("dt", {}, say("kept-print", { name })), element("dd", { class: "hash" }, print)));
  }
}

async function refresh() {
  await renew();
  if (isReached) await trust.refreshStatuses().catch(() => false);
  drawKept();
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
  if (kiosk) enterKiosk();
  parts["verify-camera"].hidden = !hasCamera();
  parts["verify-start"].addEventListener("click", startCamera);
  parts["verify-stop"].addEventListener("click", () => { stopCamera(); parts["verify-start"].focus(); });
  parts["verify-torch"].addEventListener("click", async () => {
    const isOn = parts["verify-torch"].getAttribute("aria-pressed") !== "true";
    await camera.light(isOn).catch(() => {});
    parts["verify-torch"].setAttribute("aria-pressed", String(isOn));
  });
  parts["verify-file"].addEventListener("change", async () => {
    stopCamera();
    tell(say("checking"));
    if (parts["verify-file"].files.length) check(await readFiles([...parts["verify-file"].files]).catch(() => ({ unread: "upload-broken" })));
  });
  parts["verify-form"].addEventListener("submit", (event) => {
    event.preventDefault(); // what was typed stays in this page
    stopCamera();
    check(readText(parts["verify-text"].value));
  });
  parts["verify-forget"].addEventListener("click", async () => { await trust.forget(); await refresh(); });
  addEventListener("online", refresh);
  addEventListener("offline", drawKept);
  addEventListener("pagehide", () => { camera.stop(); parts["verify-answer"].replaceChildren(); parts["verify-text"].value = ""; }); // nothing in the back-forward cache
  install();
  await trust.load();
  drawKept();
  parts.verifier.dataset.ready = "kept";
  await refresh();
  parts.verifier.dataset.ready = "renewed";
  setInterval(() => { if (navigator.onLine) refresh(); }, RENEW);
}

start();
