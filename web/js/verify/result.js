// SPDX-License-Identifier: EUPL-1.2
// An answer as a page. Everything that comes from a code is put there as text, never as markup.
import { dateOf } from "./bytes.js";
import { inLanguage } from "./types.js";
import { dayInWords, instantInWords, say, words } from "./words.js";

const LOOKS = {
  yes: ["yes", "check"], receipt: ["yes", "check"], "receipt-paper": ["facts", "eye"], facts: ["facts", "eye"], outdated: ["facts", "warning"], revoked: ["no", "cross"],
  no: ["no", "cross"], unread: ["open", "search"], stale: ["open", "search"], elsewhere: ["open", "search"], "receipt-unasked": ["open", "search"],
};
const PLAIN = /^[!-~]{1,120}$/; // a name that nobody vouches for is shown only in signs that cannot be taken for others
const ICONS = { ok: "check", failed: "cross", not_checked: "minus" };

/** An element with attributes and children; texts become text nodes. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A copy of an icon that the server drew into the page. */
export const icon = (name) => document.getElementById(`verify-icon-${name}`).content.firstElementChild.cloneNode(true);

/** [title, sentence] of an answer. */
export function judgement(found) {
  const [title, text] = words.kinds[found.kind];
  if (found.kind === "unread") return [title, words.unread[found.code] ?? words.unread[""]];
  if (found.kind === "no") return [title, reason(found.failed)];
  if (found.kind === "stale") return [title, say(found.isOnline ? "stale-online" : "stale", { reason: reason(found.failed) })];
  if (found.kind === "elsewhere") return [title, say("elsewhere", { log: PLAIN.test(found.origin) ? found.origin : "?" })];
  if (found.kind === "revoked") {
    const { at, reason: why } = found.revocation, told = words.reasons[why];
    // A status list does not say when: its own date is not the day of the revocation.
    if (why.startsWith("status-")) return [title, told ?? words.reasons["status-invalid"]];
    return [title, say("revoked", { day: instantInWords(dateOf(at)), reason: told ?? why })];
  }
  // A short-lived act ends at an instant, not with a day.
  if (found.endsAt) return [title, found.kind === "outdated" ? say("expired", { day: instantInWords(found.endsAt) }) : text];
  return [title, text.replace("%(day)s", found.lastDay ? dayInWords(found.lastDay) : "")];
}

const reason = (step) => (step ? words.why[step.code] ?? words.steps[step.name]?.[2] ?? "" : "");

/** [label, value] of what was sealed, in reading order. */
export function factsOf({ seal, number, lastDay: last, endsAt }) {
  if (!seal) return number ? [[say("number"), number]] : [];
  const { claims, type } = seal, known = new Map(words.facts);
  const title = inLanguage(type?.title, words.language) || words.types[claims.documentType] || claims.documentType;
  const order = (name) => { const at = words.facts.findIndex(([code]) => code === name); return at < 0 ? words.facts.length : at; };
  const facts = type ? claims.facts : [...claims.facts].sort(([one], [other]) => order(one) - order(other));
  const label = (name) => inLanguage(type?.facts.find((fact) => fact.name === name)?.label, words.language) || known.get(name) || name;
  const optionsOf = (name) => type?.facts.find((fact) => fact.name === name)?.options ?? {};
  return [
    [say("document"), title],
    ...facts.map(([name, value]) => [label(name), inLanguage(optionsOf(name)[value], words.language) || dayInWords(value)]),
    [say("issuer"), words.issuers[claims.issuer] ?? claims.issuer],
    [say("issued"), instantInWords(dateOf(claims.issuedAt))],
    ...(last ? [[say("until"), endsAt ? instantInWords(endsAt) : dayInWords(last)]] : []),
  ];
}

/** Where a step was not done: why, in the words of its code. */
function unchecked(step, found) {
  if (step.name === "file-in-log" && step.code === "facts-only" && found.hasFile) return say("file-unchecked");
  return words.why[step.code] ?? words.steps[step.name][3];
}

function stepList(found) {
  const asOf = (step) => (step.name === "revocation" && step.outcome === "ok" && found.asOf ? ` ${say("as-of", { day: instantInWords(found.asOf) })}` : "");
  const answers = { ok: (step) => words.steps[step.name][1] + asOf(step), failed: reason, not_checked: (step) => unchecked(step, found) };
  return (steps) => element("ol", { class: "checks" }, ...steps.map((step) => element(
    "li", { class: `check check-${step.outcome}`, "data-step": step.name, "data-code": step.code || null }, icon(ICONS[step.outcome]),
    element("p", {}, element("strong", {}, words.steps[step.name][0]), answers[step.outcome](step)),
  )));
}

/** Sentences as one text to be read aloud: each ends once. */
const asSpeech = (sentences) => sentences.filter(Boolean).map((one) => (/[.!?:…]$/.test(one.trim()) ? one.trim() : `${one.trim()}.`)).join(" ");

/** What was asked, by name: of several documents, nobody has to guess which answer is whose. */
function nameOf({ file = null, place = null }) {
  if (file === null) return null;
  return place ? say("file-code", { name: file, number: place[0], count: place[1] }) : say("file", { name: file });
}

/** An answer: {node, heading, speech}. `offline`: the lists are of their dates, not of now. `number`: of several on one page. */
export function drawResult(found, { asked = {}, offline, buttons, number = 0 }) {
  const [title, text] = judgement(found), [look, symbol] = LOOKS[found.kind], facts = factsOf(found);
  const id = number ? `result-title-${number}` : "result-title", name = nameOf(asked), isGood = ["yes", "facts", "outdated"].includes(found.kind);
  const heading = element("h2", { id, tabindex: "-1" }, title);
  const dates = [
    found.asOf && isGood ? say("revocations-as-of", { day: instantInWords(found.asOf) }) : "",
    found.endsAt && ["yes", "facts"].includes(found.kind) ? say("short-lived", { day: instantInWords(found.endsAt) }) : "",
    offline ? say("offline-result") : "",
  ];
  const large = icon(symbol);
  large.classList.add("icon-large");
  const verdict = element(
    "div", { class: `verdict verdict-${look}`, "data-kind": found.kind, "data-code": found.failed?.code ?? found.code ?? null }, large, heading, element("p", {}, text),
    name ? element("p", { class: "small verdict-file" }, name) : null,
    dates[0] ? element("p", { class: "small" }, dates[0]) : null, dates[1] ? element("p", {}, dates[1]) : null, dates[2] ? element("p", { class: "small" }, dates[2]) : null,
  );
  const compare = ["facts", "outdated", "receipt-paper"].includes(found.kind);
  const isDoubtful = ["no", "stale", "elsewhere"].includes(found.kind);
  const list = () => element("dl", { class: "sealed-facts" }, ...facts.map(([label, value]) => element("div", {}, element("dt", {}, label), element("dd", {}, value))));
  let shown = null;
  // What a forged code claims stands behind a click: nobody at a counter reads it for what is so.
  if (facts.length && isDoubtful) shown = element("details", { class: "sealed sealed-doubtful" }, element("summary", {}, say("claims")), list());
  else if (facts.length) {
    shown = element(
      "section", { class: "sealed", "aria-labelledby": `sealed-${id}` }, element("h3", { id: `sealed-${id}` }, say(compare ? "compare" : "sealed")),
      compare ? element("p", { class: "hint" }, say("compare-hint")) : null, list(),
    );
  }
  const steps = stepList(found), done = found.steps.filter((step) => step.outcome !== "not_checked"), left = found.steps.filter((step) => step.outcome === "not_checked");
  if (found.isSigned) left.push({ name: "pdf-signature", outcome: "not_checked", code: "" });
  const node = element(
    "section", { class: "result", "aria-labelledby": id }, verdict, shown, element("div", { class: "actions" }, ...buttons),
    done.length ? element("section", { class: "section-small" }, element("h3", {}, say("checked")), steps(done)) : null,
    left.length ? element("section", { class: "section-small" }, element("h3", {}, say("not-checked")), steps(left)) : null,
  );
  const compared = facts.length && !isDoubtful ? [say(compare ? "compare" : "sealed"), compare ? say("compare-hint") : "", ...facts.map(([label, value]) => `${label}: ${value}`)] : [];
  const unasked = left.length ? [`${say("not-checked")}:`, ...left.map((step) => `${words.steps[step.name][0]} ${unchecked(step, found)}`)] : [];
  return { node, heading, name: name ?? title, speech: asSpeech([title, name, text, ...dates, ...compared, ...unasked]) };
}
