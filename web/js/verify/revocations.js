// SPDX-License-Identifier: EUPL-1.2
// Whether an act still holds: the issuer's status list (a CWT, draft-ietf-oauth-status-list) and the log's signed list of revocations.
// Both are fetched whole, so that asking tells nobody which act is in question.
import { Refused, hex, readInstant, secondsToInstant } from "./bytes.js";
import { hasKeys, isBytes, isInteger, isText, readCbor, readSign1, signedBytes } from "./cbor.js";
import { TooLarge, inflate } from "./inflate.js";
import { checkKeyAt, findKey } from "./keys.js";
import { readNote, verifyNote } from "./notes.js";
import { isSigned } from "./signing.js";

const MOST_BYTES = 16777216;
const MEDIA_TYPE = "application/statuslist+cwt";

/** {uri, issuedAt, expiresAt, bits, data}: read and verified; not yet whether it is out of date. */
export async function openStatusList(bytes, keyList, { owner, uri, now }) {
  const { header, token, signed, signature } = readStatusList(bytes);
  if (!hasKeys(header, 1n, 4n, 16n) || header.get(1n) !== -7n || !isBytes(header.get(4n)) || header.get(16n) !== MEDIA_TYPE) {
    throw new Refused("status-list-format");
  }
  const key = findKey(keyList, hex(header.get(4n)), owner, "seal");
  checkKeyAt(key, token.issuedAt);
  if (!(await isSigned("ES256", key.publicKey, signed, signature))) throw new Refused("signature-wrong");
  if (token.uri !== uri) throw new Refused("status-list-other");
  if (now >= token.expiresAt) throw new Refused("status-list-expired");
  return token;
}

function readStatusList(bytes) {
  let parts, header, claims;
  try {
    parts = readSign1(readCbor(bytes, 2 * MOST_BYTES));
    if (parts) {
      header = readCbor(parts[0]);
      claims = readCbor(parts[1], 2 * MOST_BYTES);
    }
  } catch (refused) {
    throw new Refused("status-list-format", { cause: refused.code });
  }
  if (!parts) throw new Refused("status-list-format");
  return { header, token: readToken(claims), signed: signedBytes(parts[0], parts[1]), signature: parts[2] };
}

function readToken(claims) {
  const wrong = new Refused("status-list-format");
  if (!(claims instanceof Map)) throw wrong;
  const [uri, expires, issued, keep, list] = [2n, 4n, 6n, 65534n, 65533n].map((name) => claims.get(name));
  if (!isText(uri) || ![expires, issued, keep].every(isInteger) || keep < 0n || keep > 2147483648n || !(list instanceof Map)) throw wrong;
  const bits = list.get("bits"), packed = list.get("lst");
  if (!isInteger(bits) || !isBytes(packed)) throw wrong;
  let data;
  try {
    data = inflate(packed, MOST_BYTES);
  } catch (error) {
    throw error instanceof TooLarge ? new Refused("status-list-limit") : wrong;
  }
  if (![1n, 2n, 4n, 8n].includes(bits)) throw new Refused("status-list-limit");
  for (const seconds of [issued, expires]) if (seconds < -62135596800n || seconds > 253402300799n) throw wrong;
  return { uri, issuedAt: secondsToInstant(issued), expiresAt: secondsToInstant(expires), keep: Number(keep), bits: Number(bits), data };
}

/** The status at a place, 0 for valid; null if the list does not reach so far. */
export function statusAt(token, place) {
  const at = place * token.bits, byte = Math.floor(at / 8);
  return byte < token.data.length ? (token.data[byte] >> (at % 8)) & ((1 << token.bits) - 1) : null;
}

/** {origin, at, revoked: Map commitment (hex) -> {at, reason}} of the log's note of revocations, signed by one of `logKeys`. */
export async function openRevocations(bytes, logKeys) {
  const note = readNote(bytes);
  await verifyNote(note, logKeys);
  const [format, origin, at, ...lines] = note.text.split("\n");
  if (format !== "bierger/revocations@v1") throw new Refused("revocations-format");
  const revoked = new Map();
  for (const line of lines.filter(Boolean)) {
    const [commitment, when, reason, ...more] = line.split(" ");
    if (!/^[0-9a-f]{66}$/.test(commitment) || !reason || more.length) throw new Refused("revocations-format");
    revoked.set(commitment, { at: readInstant(when), reason });
  }
  return { origin, at: readInstant(at), revoked };
}

const REASONS = ["", "status-invalid", "status-suspended"];

/** What a status list says of a seal: null for valid. Refused (revocation-unavailable): it has no place for it. */
export function statusRevocation(token, seal) {
  const status = seal.status === null ? null : statusAt(token, seal.status);
  if (status === null) throw new Refused("revocation-unavailable");
  return status === 0 ? null : { at: token.issuedAt, reason: REASONS[status] ?? `status-${status}` };
}
