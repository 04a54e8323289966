// SPDX-License-Identifier: EUPL-1.2
// That an entry is in a log (C2SP tlog-proof; the tree of RFC 6962), and the salted leaves of acts and receipts.
import { Refused, concat, isSame, readBase64, sha256, utf8 } from "./bytes.js";
import { writeArray } from "./cbor.js";
import { LARGEST_SIZE, judge } from "./notes.js";

export const FACTS = 1, FILE = 2, SUBMISSION = 8, EARLIER_LOG = 12, LAST_KIND = EARLIER_LOG;
const LARGEST_PROOF = 131072 + 16384, LONGEST_PATH = 63;

/** 33 bytes: kind || SHA-256("bierger/commit/v1" || kind || salt || content). */
export async function commitment(kind, salt, content) {
  if (salt.length !== 32) throw new Refused("commitment-salt");
  const prefix = Uint8Array.of(kind);
  return concat(prefix, await sha256(concat(utf8("bierger/commit/v1"), prefix, salt, content)));
}

export const fileCommitment = async (content, salt) => commitment(FILE, salt, await sha256(content));

export async function submissionCommitment(number, eventHash, salt) {
  if (!/^[A-Za-z0-9][A-Za-z0-9./-]{0,63}$/.test(number) || eventHash.length !== 32) throw new Refused("receipt-format");
  return commitment(SUBMISSION, salt, writeArray(number, eventHash));
}

/** {index, hashes, checkpoint, extra} of a `.tlog-proof` text (bytes); nothing is verified. */
export function readProof(bytes) {
  if (bytes.length > LARGEST_PROOF) throw new Refused("log-proof-limit");
  const split = bytes.findIndex((byte, at) => byte === 10 && bytes[at + 1] === 10);
  const head = split < 0 ? null : bytes.slice(0, split);
  if (head === null || head.some((byte) => byte > 127)) throw new Refused("log-proof-format");
  const lines = String.fromCharCode(...head).split("\n");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Refused("log-proof-format");
  let extra = null, hashes;
  try {
    if (lines[0]?.startsWith("extra ")) extra = readBase64(lines.shift().slice("extra ".length));
    hashes = lines.slice(1).map(readBase64);
  } catch {
    throw new Refused("log-proof-format");
  }
  const index = /^index (0|[1-9][0-9]{0,18})$/.exec(lines[0] ?? "");
  if (!index || BigInt(index[1]) > LARGEST_SIZE) throw new Refused("log-proof-format");
  if (hashes.length > LONGEST_PATH || hashes.some((step) => step.length !== 32)) throw new Refused("log-proof-format");
  return { index: BigInt(index[1]), hashes, checkpoint: bytes.slice(split + 2), extra };
}

/** Kind and salt from the `extra` line, which nothing vouches for but a commitment that fits; null: none. */
export function openingOf(proof) {
  return proof.extra?.length === 33 && proof.extra[0] >= FACTS && proof.extra[0] <= LAST_KIND ? { kind: proof.extra[0], salt: proof.extra.slice(1) } : null;
}

/** That the entry (the leaf's data) is in a log that the policy believes: {index, origin, size, witnesses}. */
export async function verifyProof(proof, entry, policy) {
  const { checkpoint, witnesses } = await judge(policy, proof.checkpoint);
  await verifyInclusion(await sha256(concat(Uint8Array.of(0), entry)), proof.index, checkpoint.size, proof.hashes, checkpoint.root);
  return { index: proof.index, origin: checkpoint.origin, size: checkpoint.size, witnesses };
}

const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), left, right));

/** RFC 9162 section 2.1.3.2; `fn` and `sn` are its names. */
export async function verifyInclusion(leaf, index, size, hashes, root) {
  const refused = new Refused("inclusion-proof-invalid");
  if (index < 0n || index >= size || size > LARGEST_SIZE) throw refused;
  let fn = index, sn = size - 1n, node = leaf;
  for (const step of hashes) {
    if (sn === 0n || step.length !== 32) throw refused;
    if (fn & 1n || fn === sn) {
      node = await nodeHash(step, node);
      while (!(fn & 1n) && fn) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else node = await nodeHash(node, step);
    fn >>= 1n;
    sn >>= 1n;
  }
  if (sn !== 0n || !isSame(node, root)) throw refused;
}
