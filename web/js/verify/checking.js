// SPDX-License-Identifier: EUPL-1.2
// From what a person gives (a code, a picture, a PDF, a text) to an answer: which steps can be done with what this device keeps.
import { Refused, hex, isSame, now, readHex, readUtf8, utf8 } from "./bytes.js";
import { attachmentsOf, isSigned } from "./pdf.js";
import { fileCommitment, openingOf, readProof, submissionCommitment } from "./proofs.js";
import { readPhoto } from "./scan.js";
import { namedLog } from "./seal.js";
import { dayOf, endOf, lastDay } from "./types.js";
import { findReceipt, findSeal, verifyAct, verifyReceipt, verifySeal } from "./verdict.js";

const LARGEST_FILE = 25000000, LARGEST_TEXT = 20000;
const STALE = ["document-type-unknown", "key-unknown", "log-unknown", "note-unverified"]; // a newer list, or another installation's, may know

/** Nothing could be checked, and why: verify-no-code, verify-foreign-code, verify-not-a-code, verify-no-seal, upload-too-large, ... */
const unread = (code) => ({ kind: "unread", code, steps: [] });

const startsWith = (bytes, text) => isSame(bytes.slice(0, text.length), utf8(text));

/**
 * What is asked about each document, in the order of the files; of a picture, about each code in it. {code} or {receipt}, with
 * {pdf, factsProof, fileSalt, fileProof} of a PDF; or {unread: code}. `file` is its name, `place` [1, 2] the first of two codes.
 */
export async function readFiles(files) {
  const asked = [], proofs = [];
  for (const file of files) {
    if (file.size > LARGEST_FILE) {
      asked.push({ unread: "upload-too-large", file: file.name });
      continue;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (startsWith(bytes, "c2sp.org/tlog-proof@v1\n")) proofs.push({ name: file.name, bytes });
    else asked.push(...(await readFile(file, bytes)).map((one, at, all) => ({ ...one, file: file.name, place: all.length > 1 ? [at + 1, all.length] : null })));
  }
  return [...asked, ...withoutFile(asked, proofs)];
}

async function readFile(file, bytes) {
  if (startsWith(bytes, "%PDF-")) return [readPdf(bytes)];
  if (file.type.startsWith("image/")) return readImage(file);
  return [readBytes(bytes)];
}

/** Give each proof to its file: the one of its name, or the only one that is left. Those that belong to none are answered as such. */
function withoutFile(asked, proofs) {
  const waiting = () => asked.filter((one) => one.pdf && !one.fileProof);
  const named = proofs.filter(({ name, bytes }) => {
    const mine = waiting().find((one) => name === `${one.file}.tlog-proof`);
    if (mine) mine.fileProof = bytes;
    return !mine;
  });
  if (named.length === 1 && waiting().length === 1) waiting()[0].fileProof = named.pop().bytes;
  return named.map(({ name }) => ({ unread: "proof-alone", file: name }));
}

function readPdf(pdf) {
  const files = attachmentsOf(pdf), ascii = (name) => new TextDecoder("latin1").decode(files.get(name) ?? new Uint8Array());
  const code = findSeal(ascii("seal.txt")), receipt = findReceipt(ascii("receipt.txt"));
  if (!code && receipt) return { receipt, isPaper: true };
  if (!code) return { unread: "verify-no-seal" };
  const salt = /^[0-9a-f]{64}$/.exec(ascii("file-salt.txt").trim());
  return { code, pdf, factsProof: files.get("facts.tlog-proof") ?? null, fileSalt: salt && readHex(salt[0]) };
}

async function readImage(file) {
  try {
    const { texts, other } = await readPhoto(file);
    if (!texts.length) return [{ unread: other ? "verify-foreign-code" : "verify-no-code" }];
    return texts.map((text) => ({ ...readText(text), isPaper: true }));
  } catch {
    return [{ unread: "upload-broken" }];
  }
}

function readBytes(bytes) {
  try {
    const text = readUtf8(bytes.slice(0, LARGEST_TEXT));
    return text.includes("\0") ? { unread: "upload-type" } : readText(text); // a program, or text of another kind
  } catch {
    return { unread: "upload-type" };
  }
}

/** A text with a code in it. */
export function readText(text) {
  const code = findSeal(text), receipt = findReceipt(text);
  if (code) return { code };
  return receipt ? { receipt } : { unread: "verify-not-a-code" };
}

/** The answer to what is asked. `log`: whether the log may be asked about this act, which it then knows somebody checks. */
export async function answer(asked, trust, { log = false } = {}) {
  if (asked.unread) return unread(asked.unread);
  if (!trust.keyList) return unread("nothing-kept");
  if (asked.receipt) return answerReceipt(asked, trust, log);
  let found = await checkAct(asked, trust, log);
  if (isStale(found) && navigator.onLine) {
    await trust.refresh();
    found = await checkAct(asked, trust, log);
  }
  return isStale(found) ? withoutLists(found, asked, trust) : found;
}

/** "Not authentic" is said by lists that are the newest ones, of acts of their own logs. Of anything else, what they lack says nothing. */
function withoutLists(found, asked, trust) {
  const origin = namedLog(asked.code);
  if (origin !== null && !trust.isOwn(origin)) return { ...found, kind: "elsewhere", origin };
  return navigator.onLine && trust.isNewest(found.failed.code) ? found : { ...found, kind: "stale", isOnline: navigator.onLine };
}

const isStale = (found) => found.verdict?.result === "refused" && STALE.includes(found.failed?.code);

async function checkAct(asked, trust, log) {
  const lookup = trust.lookup(), proofs = { facts: asked.factsProof ?? null, file: asked.fileProof ?? null };
  const isAsked = log && (await askLog(asked, trust, proofs));
  const given = { keyList: trust.keyList, policy: trust.policy, types: trust.types, revocations: lookup, now: now(), factsProof: proofs.facts };
  // A file whose proof is not at hand, and for which no log was asked, was not checked as a file. That is no refusal: its facts are
  // still what was sealed.
  const isWhole = Boolean(asked.pdf) && (proofs.file !== null || isAsked);
  const verdict = isWhole
    ? await verifyAct(asked.pdf, { ...given, code: asked.code, fileProof: proofs.file, fileSalt: asked.fileSalt ?? saltOf(proofs.file) })
    : await verifySeal(asked.code, { ...given, asked: isAsked ? trust.ownLogs() : [] });
  const { seal, steps } = verdict, failed = steps.find((step) => step.outcome === "failed") ?? null;
  const day = seal && lastDay(seal.type, seal.claims.issuedAt), end = seal && endOf(seal.type, seal.claims.issuedAt);
  const isOver = end ? end <= new Date() : day !== null && day < dayOf(new Date());
  return {
    kind: kindOf(verdict.result, failed, isOver), verdict, steps, failed, seal, lastDay: day, endsAt: end, asOf: end ? null : lookup.asOf, hasFile: Boolean(asked.pdf), isSigned: Boolean(asked.pdf) && isSigned(asked.pdf),
    revocation: verdict.revocation, canAsk: Boolean(seal) && trust.isOwn(seal.origin) && !log && (!failed || failed.code === "key-revoked") && steps.some((step) => step.code === "facts-proof-not-given" || (asked.pdf && step.code === "facts-only")),
  };
}

function kindOf(result, failed, isOver) {
  if (result === "revoked" && failed.code === "act-revoked") return "revoked";
  if (failed) return "no";
  if (isOver) return "outdated";
  return result === "authentic" ? "yes" : "facts";
}

function saltOf(proof) {
  try {
    return proof && (openingOf(readProof(proof))?.salt ?? null);
  } catch {
    return null; // the step says what is wrong with it
  }
}

/** Ask the log for the proofs that are missing, by their commitments. False: an act of another log, which is not told of it. */
async function askLog(asked, trust, proofs) {
  const { seal } = await verifySeal(asked.code, { keyList: trust.keyList, types: trust.types });
  if (!seal || !trust.isOwn(seal.origin)) return false;
  const proofOf = (leaf) => trust.fetch(`proof/${hex(leaf)}.tlog-proof`);
  if (proofs.facts === null) proofs.facts = await proofOf(seal.commitment);
  if (asked.pdf && proofs.file === null && asked.fileSalt) proofs.file = await proofOf(await fileCommitment(asked.pdf, asked.fileSalt));
  return true;
}

async function answerReceipt({ receipt, isPaper = false }, trust, log) {
  let proof = null, leaf = null;
  try {
    leaf = await submissionCommitment(receipt.number, receipt.eventHash, receipt.salt);
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return unread("verify-not-a-code");
  }
  if (!log) return { kind: "receipt-unasked", steps: [], canAsk: true, number: receipt.number };
  proof = await trust.fetch(`proof/${hex(leaf)}.tlog-proof`);
  const verdict = await verifyReceipt(receipt, proof, trust.policy);
  const failed = verdict.steps.find((step) => step.outcome === "failed") ?? null;
  const good = isPaper ? "receipt-paper" : "receipt"; // what stands around the code was not checked
  return { kind: failed ? "no" : good, verdict, steps: verdict.steps, failed, number: receipt.number };
}
