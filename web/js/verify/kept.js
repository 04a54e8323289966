// SPDX-License-Identifier: EUPL-1.2
// The foot of the page: what this device keeps, as of when, and what was not taken over; and the alarm of a log with two histories.
import { dateOf } from "./bytes.js";
import { element, icon } from "./result.js";
import { instantInWords, say, words } from "./words.js";

const byId = (id) => document.getElementById(id);

/** `isReached`: whether the network answered when the lists were last asked for. */
export function drawKept(trust, { isReached, isOffline }) {
  const rows = [], row = (name, ...texts) => rows.push(element("div", {}, element("dt", {}, say(name)), ...texts.map((text) => element("dd", {}, text))));
  const day = (date) => (date ? instantInWords(date) : ""), fetched = (name) => day(trust.fetchedAt[name]);
  const revocations = trust.revocations ? day(dateOf(trust.revocations.at)) : say("kept-none");
  if (trust.keyList) {
    row("kept-keys", fetched("keys.json"));
    row("kept-policy", fetched("policy") ? say("kept-fetched", { day: fetched("policy") }) : say("kept-no-policy"));
    row("kept-revocations", revocations);
    const statuses = [...trust.statuses].map(([owner, { issuedAt }]) => say("kept-status", { name: words.issuers[owner] ?? owner, day: day(dateOf(issuedAt)) }));
    row("kept-statuses", ...(statuses.length ? statuses : [say("kept-none")]));
    row("kept-types", fetched("types.json") ? say("kept-of", { count: String(trust.types.size), day: fetched("types.json") }) : say("kept-none"));
    if (trust.checkpoint) row("kept-log", say("kept-grown", { size: String(trust.checkpoint.size) }));
    for (const [name, { size }] of trust.ended) row("kept-ended", say("kept-ended-after", { name, size: String(size) }));
  }
  for (const [name, code] of trust.problems) row("kept-problem", `${name}: ${words.why[code] ?? code}`);
  const missing = isReached ? [...trust.missing] : [];
  if (missing.length) row("kept-missing", missing.join(", "));
  byId("verify-kept").querySelector("summary").textContent = trust.keyList
    ? say("kept-summary", { day: fetched("keys.json"), revocations }) : say("kept-nothing");
  byId("verify-kept").classList.toggle("kept-wrong", !trust.keyList || trust.problems.size > 0 || missing.length > 0);
  byId("verify-kept-list").replaceChildren(...rows);
  drawFingerprints(trust);
  drawFork(trust);
  byId("verify-online").textContent = say(isOffline ? "offline" : "online");
}

/** A log with two histories is said at the top of the page, with the two notes that prove it, until somebody forgets what is kept. */
function drawFork(trust) {
  byId("verify-fork")?.remove();
  if (!trust.fork) return;
  const [seen, shown] = trust.fork, note = (text, name) => [element("h3", {}, say(name)), element("pre", { class: "hash", tabindex: "0" }, text)];
  const large = icon("cross");
  large.classList.add("icon-large");
  byId("verifier").before(element(
    "section", { id: "verify-fork", class: "verdict verdict-no", role: "alert", "aria-labelledby": "fork-title" }, large,
    element("h2", { id: "fork-title" }, say("fork-title")), element("p", {}, say("fork-text")), ...note(seen, "fork-seen"), ...note(shown, "fork-shown"),
  ));
}

async function drawFingerprints(trust) {
  const list = byId("verify-kept-list");
  for (const [name, print] of await trust.fingerprints()) {
    if (list.querySelector(`[data-print="${CSS.escape(print)}"]`)) continue;
    list.append(element("div", { "data-print": print }, element("dt", {}, say("kept-print", { name })), element("dd", { class: "hash" }, print)));
  }
}
