// SPDX-License-Identifier: EUPL-1.2
// The key list: which key may sign for whom, for what and when; and when a newer list may take the place of a kept one.
import { Refused, isSame, hex, readBase64, readHex, readInstant, readUtf8 } from "./bytes.js";
import { ED25519, readSignatureLine, verifierKey, verifyNote } from "./notes.js";
import { canonicalJson } from "./types.js";

const FORMAT = "bierger/key-list@v1", LARGEST_LIST = 4194304;
const BYTES = { ES256: 65, EdDSA: 32 }, STATUSES = ["active", "retired", "revoked"];

/** {issuedAt, entries}, read but not verified, and the note that was signed. */
export function readKeyList(bytes) {
  if (bytes.length > LARGEST_LIST) throw new Refused("key-list-limit");
  try {
    const { signatures, ...body } = JSON.parse(readUtf8(bytes));
    if (body.format !== FORMAT || !signatures.every((line) => typeof line === "string")) throw new RangeError("format");
    const entries = body.keys.map(readEntry);
    if (new Set(entries.map((entry) => entry.kid)).size !== entries.length) throw new RangeError("kid");
    const list = { issuedAt: readInstant(body.issued_at), entries };
    return { list, text: `${FORMAT}\n${canonicalJson(body)}\n`, lines: signatures };
  } catch (error) {
    throw error instanceof Refused && error.code === "key-entry" ? error : new Refused("key-list-format");
  }
}

function readEntry(raw) {
  const wrong = new Refused("key-entry");
  for (const name of ["kid", "owner", "purpose", "alg", "public_key", "valid_from", "status"]) {
    if (raw[name] === undefined) throw new RangeError(name);
    if (typeof raw[name] !== "string") throw wrong;
  }
  const instant = (text) => {
    if (text !== null && text !== undefined && typeof text !== "string") throw wrong;
    return text === null ? null : readInstant(text);
  };
  const place = raw.revoked_at_log ?? null;
  if (place !== null && !(Array.isArray(place) && place.length === 2 && typeof place[0] === "string" && Number.isSafeInteger(place[1]))) throw wrong;
  const entry = {
    kid: hex(readHex(raw.kid)), owner: raw.owner, purpose: raw.purpose, alg: raw.alg, publicKey: readBase64(raw.public_key),
    validFrom: readInstant(raw.valid_from), validTo: instant(raw.valid_to), status: raw.status, revokedFrom: instant(raw.revoked_from),
    revokedAtLog: place && { origin: place[0], size: BigInt(place[1]) },
  };
  const fits = entry.kid.length === 16 && ["seal", "log"].includes(entry.purpose) && STATUSES.includes(entry.status)
    && entry.publicKey.length === BYTES[entry.alg] && entry.owner
    && (entry.validTo === null || entry.validTo > entry.validFrom)
    && (entry.revokedFrom === null || entry.status === "revoked")
    && (place === null || (entry.revokedFrom !== null && place[1] >= 0));
  if (!fits) throw wrong;
  return entry;
}

/** The verifier keys of the logs that a list names and has not revoked; `revoked`: those too, for what was signed and kept before. */
export async function logKeysOf(list, { revoked = false } = {}) {
  const mayCount = (entry) => revoked || entry.status !== "revoked";
  const entries = list.entries.filter((entry) => entry.purpose === "log" && mayCount(entry) && entry.alg === "EdDSA");
  return Promise.all(entries.map((entry) => verifierKey(entry.owner, ED25519, entry.publicKey)));
}

/** Read a key list that one of `logKeys` signed. Without them, a log key that the list itself names: that is trust on first use. */
export async function openKeyList(bytes, logKeys = null) {
  const { list, text, lines } = readKeyList(bytes);
  await verifyNote({ text, signatures: lines.map(readSignatureLine) }, logKeys ?? (await logKeysOf(list)));
  return list;
}

/** The key of this identifier (hex) for this owner. */
export function findKey(list, kid, owner, purpose) {
  const entry = list.entries.find((one) => one.kid === kid && one.purpose === purpose);
  if (!entry) throw new Refused("key-unknown", { kid });
  if (entry.owner !== owner) throw new Refused("key-of-other-owner", { owner: entry.owner });
  return entry;
}

/** Whether the key could sign at this instant. */
export function checkKeyAt(entry, at) {
  if (at < entry.validFrom) throw new Refused("key-not-yet-valid");
  if (entry.status === "revoked" && (entry.revokedFrom === null || at >= entry.revokedFrom)) throw new Refused("key-revoked");
  if (entry.validTo !== null && at >= entry.validTo) throw new Refused("key-expired");
}

/** Whether the log dates what a revoked key signed before its revocation: a thief dates his seals back. */
export function checkKeyPlace(entry, logged) {
  const place = entry.revokedAtLog;
  if (place && (!logged || logged.origin !== place.origin || logged.index >= place.size)) throw new Refused("key-revoked");
}

/** Whether `newer` may take the place of `older`: see KeyList.check_follows. Refused (key-list-rewritten). */
export function checkFollows(newer, older) {
  const entries = new Map(newer.entries.map((entry) => [entry.kid, entry]));
  const mayFollow = older.entries.every((entry) => entries.has(entry.kid) && followsEntry(entries.get(entry.kid), entry));
  if (!mayFollow || newer.issuedAt < older.issuedAt) throw new Refused("key-list-rewritten");
}

function followsEntry(newer, older) {
  const isSameKey = ["owner", "purpose", "alg", "validFrom"].every((name) => newer[name] === older[name]);
  if (!isSameKey || !isSame(newer.publicKey, older.publicKey)) return false;
  if (STATUSES.indexOf(newer.status) < STATUSES.indexOf(older.status)) return false; // nothing comes back
  if (older.validTo !== null && (newer.validTo === null || newer.validTo > older.validTo)) return false;
  return older.status !== "revoked" || isRevokedNoLater(newer, older);
}

function isRevokedNoLater(newer, older) {
  if (newer.revokedFrom === null) return true; // revoked for ever: nothing is stricter
  if (older.revokedFrom === null || newer.revokedFrom > older.revokedFrom) return false;
  if (!older.revokedAtLog) return true;
  const place = newer.revokedAtLog;
  return Boolean(place) && place.origin === older.revokedAtLog.origin && place.size <= older.revokedAtLog.size;
}
