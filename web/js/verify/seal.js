// SPDX-License-Identifier: EUPL-1.2
// Reading a seal, BRG1 or BRG2, as bierger_core.seals.sealing does. Nothing is verified here but the form.
import { Refused, hex, secondsToInstant } from "./bytes.js";
import { readBase45 } from "./base45.js";
import { hasKeys, isBytes, isInteger, isText, readCbor, readSign1, signedBytes } from "./cbor.js";
import { FACTS, commitment } from "./proofs.js";
import { isLowS } from "./signing.js";
import { NAME, isShortLived, unpack } from "./types.js";

const LONGEST_CODE = 4296, LONGEST_ORIGIN = 120, LARGEST_STATUS = 2147483647n;
const LOG = -65537n, ACT = -65537n, COMPACT = -65538n;
const FIRST_SECOND = -62135596800n, LAST_SECOND = 253370764799n; // of the years 1 to 9998
// Control and direction-changing characters could make a screen show something else than what was signed.
const UNPLAIN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const lengthOf = (text) => Array.from(text).length; // characters, not halves of them

/** {bytes, isCompact} of the text of a code: step 1. */
export function decodeText(code) {
  if (lengthOf(code) > LONGEST_CODE) throw new Refused("seal-limit");
  const prefix = code.slice(0, 5);
  if (prefix !== "BRG1:" && prefix !== "BRG2:") throw new Refused("seal-prefix");
  return { bytes: readBase45(code.slice(5)), isCompact: prefix === "BRG2:" };
}

/** The seal: step 2. `types` is a Map of digest (hex) to type. */
export async function decodeSeal({ bytes, isCompact }, types) {
  const parts = readSign1(decoded(bytes));
  if (!parts) throw new Refused("seal-format");
  const [header, payload, signature] = parts;
  const { kid, salt, origin } = readHeader(header);
  const act = isCompact ? readCompact(payload, types) : readPlain(payload);
  // Anybody can turn (r, s) into (r, n - s). One signing has one text: in a compact seal only the smaller s.
  if (isCompact && !isLowS(signature)) throw new Refused("seal-format", { cause: "signature-high-s" });
  return { ...act, kid, salt, origin, signature, signed: signedBytes(header, payload), commitment: await commitment(FACTS, salt, payload) };
}

/** The log that the text of a code names, even if nothing else of it can be read here; null: none. It proves nothing. */
export function namedLog(code) {
  try {
    return readHeader(readSign1(decoded(decodeText(code).bytes))?.[0] ?? new Uint8Array()).origin;
  } catch {
    return null;
  }
}

function decoded(bytes) {
  try {
    return readCbor(bytes);
  } catch (refused) {
    throw new Refused("seal-format", { cause: refused.code });
  }
}

function readHeader(bytes) {
  const header = decoded(bytes);
  if (header instanceof Map && header.get(1n) !== -7n) throw new Refused("seal-algorithm");
  if (hasKeys(header, 1n, 4n, LOG)) {
    const kid = header.get(4n), log = header.get(LOG);
    if (isBytes(kid) && kid.length === 8 && Array.isArray(log) && log.length === 2) {
      const [salt, origin] = log;
      const fits = isBytes(salt) && salt.length === 32 && isText(origin) && origin !== "" && lengthOf(origin) <= LONGEST_ORIGIN;
      if (fits) return { kid: hex(kid), salt, origin };
    }
  }
  throw new Refused("seal-format");
}

function readPlain(payload) {
  const claims = decoded(payload);
  if (hasKeys(claims, 1n, 6n, ACT)) {
    const issuer = claims.get(1n), issued = claims.get(6n), act = claims.get(ACT);
    if (isText(issuer) && isInteger(issued) && Array.isArray(act) && act.length === 2 && isText(act[0]) && act[1] instanceof Map) {
      const facts = [...act[1]];
      if (facts.every(([name, fact]) => isText(name) && isText(fact))) {
        return { claims: checkedClaims(issuer, issued, act[0], facts), type: null, status: null };
      }
    }
  }
  throw new Refused("seal-claims");
}

function readCompact(payload, types) {
  const claims = decoded(payload);
  if (hasKeys(claims, 1n, 6n, COMPACT)) {
    const issuer = claims.get(1n), issued = claims.get(6n), act = claims.get(COMPACT);
    if (isText(issuer) && isInteger(issued) && Array.isArray(act) && act.length >= 2 && isBytes(act[0]) && Array.isArray(act[1])) {
      const [digest, packed, ...places] = act;
      const type = types.get(hex(digest));
      if (!type) throw new Refused("document-type-unknown", { digest: hex(digest) });
      const status = readPlace(places);
      if (status !== null && isShortLived(type)) throw new Refused("seal-claims");
      if (packed.length !== type.facts.length) throw new Refused("seal-facts");
      const facts = type.facts.map((fact, index) => [fact.name, unpack(fact, packed[index])]);
      return { claims: checkedClaims(issuer, issued, type.code, facts), type, status };
    }
  }
  throw new Refused("seal-claims");
}

function readPlace(places) {
  if (!places.length) return null;
  if (places.length === 1 && isInteger(places[0]) && places[0] >= 0n && places[0] <= LARGEST_STATUS) return Number(places[0]);
  throw new Refused("seal-claims");
}

function checkedClaims(issuer, issued, documentType, facts) {
  if (issued < FIRST_SECOND || issued > LAST_SECOND) throw new Refused("seal-claims");
  if (!issuer || lengthOf(issuer) > 64 || UNPLAIN.test(issuer) || issuer.includes(" ")) throw new Refused("seal-claims");
  if (!NAME.test(documentType)) throw new Refused("seal-claims");
  if (facts.length < 1 || facts.length > 32) throw new Refused("seal-facts");
  if (facts.some(([name, fact]) => !NAME.test(name) || lengthOf(fact) > 300 || UNPLAIN.test(fact))) throw new Refused("seal-facts");
  return { issuer, issuedAt: secondsToInstant(issued), documentType, facts };
}
