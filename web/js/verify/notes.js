// SPDX-License-Identifier: EUPL-1.2
// Signed notes (C2SP signed-note), checkpoints (tlog-checkpoint) and whom to believe (tlog-policy), as bierger_core.merkle reads them.
import { Refused, bigInteger, concat, isSame, readBase64, readHex, readUtf8, sha256, utf8 } from "./bytes.js";
import { isSigned } from "./signing.js";

export const ED25519 = 1, COSIGNATURE = 4;
const LARGEST_NOTE = 131072, MOST_SIGNATURES = 64, LARGEST_POLICY = 65536, MOST = 64;
export const LARGEST_SIZE = 2n ** 63n - 1n;

// Unicode's white space. Of strangers no more is asked: their lines are ignored, not refused.
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

function checkName(name) {
  if (!name || name.includes("+") || SPACE.test(name)) throw new Refused("note-name");
  return name;
}

/** Who may sign a note: name, kind of signature, 32 bytes of Ed25519 key, and the key id derived from them. */
export async function verifierKey(name, kind, publicKey) {
  // Of a key that is believed, more is asked: what no screen shows must not tell two apart.
  if (/[\p{C}\p{Z}]/u.test(checkName(name))) throw new Refused("note-name");
  if (publicKey.length !== 32) throw new Refused("vkey-format");
  const digest = await sha256(concat(utf8(name), Uint8Array.of(10, kind), publicKey));
  return { name, kind, publicKey, id: digest.slice(0, 4) };
}

export async function readVkey(text) {
  const [, name, id, encoded] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text) ?? [];
  if (encoded === undefined) throw new Refused("vkey-format");
  let material;
  try {
    material = readBase64(encoded);
  } catch {
    throw new Refused("vkey-format");
  }
  if (material[0] !== ED25519 && material[0] !== COSIGNATURE) throw new Refused("vkey-kind");
  const key = await verifierKey(name, material[0], material.slice(1));
  if (!isSame(key.id, readHex(id))) throw new Refused("vkey-format");
  return key;
}

async function isKeySignature(key, text, value) {
  if (key.kind === ED25519) return isSigned("EdDSA", key.publicKey, utf8(text), value);
  if (value.length !== 72 || cosignedAt(value) > LARGEST_SIZE) return false;
  const message = utf8(`cosignature/v1\ntime ${cosignedAt(value)}\n${text}`);
  return isSigned("EdDSA", key.publicKey, message, value.slice(8));
}

const cosignedAt = (value) => bigInteger(value.slice(0, 8));

export function readSignatureLine(line) {
  const [, name, encoded] = /^— ([^ ]*) (.*)$/s.exec(line) ?? [];
  if (encoded === undefined) throw new Refused("note-format");
  let material;
  try {
    material = readBase64(encoded);
  } catch {
    throw new Refused("note-format");
  }
  if (material.length < 5) throw new Refused("note-format");
  return { name: checkName(name), id: material.slice(0, 4), value: material.slice(4) };
}

/** {text, signatures}; nothing is verified. */
export function readNote(bytes) {
  if (bytes.length > LARGEST_NOTE) throw new Refused("note-limit");
  let whole;
  try {
    whole = readUtf8(bytes);
  } catch {
    throw new Refused("note-format");
  }
  if (!whole.endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(whole)) throw new Refused("note-format");
  const split = whole.lastIndexOf("\n\n"); // the text may hold empty lines itself
  const lines = split < 0 ? [] : whole.slice(split + 2).split("\n").slice(0, -1);
  if (!lines.length) throw new Refused("note-format");
  if (lines.length > MOST_SIGNATURES) throw new Refused("note-limit");
  return { text: whole.slice(0, split + 1), signatures: lines.map(readSignatureLine) };
}

/** Those of `keys` that signed, at least one. A wrong signature in a known key's name refuses the whole note. */
export async function verifyNote(note, keys) {
  const verified = new Set();
  for (const signature of note.signatures) {
    for (const key of keys) {
      if (signature.name !== key.name || !isSame(signature.id, key.id)) continue;
      if (!(await isKeySignature(key, note.text, signature.value))) throw new Refused("note-signature-wrong", { name: key.name });
      verified.add(key);
    }
  }
  if (!verified.size) throw new Refused("note-unverified");
  return verified;
}

/** {origin, size, root} of a note's text. */
export function readCheckpoint(text) {
  const lines = text.split("\n");
  if (lines.length < 4 || lines.pop() !== "" || lines.includes("") || !/^(?:0|[1-9][0-9]{0,18})$/.test(lines[1])) {
    throw new Refused("checkpoint-format");
  }
  let root;
  try {
    root = readBase64(lines[2]);
  } catch {
    throw new Refused("checkpoint-format");
  }
  const checkpoint = { origin: lines[0], size: BigInt(lines[1]), root };
  if (checkpoint.size > LARGEST_SIZE || root.length !== 32) throw new Refused("checkpoint-format");
  return checkpoint;
}

/** A policy that believes these logs and asks for no witness. */
export const policyOfLogs = (logs) => ({ logs, witnesses: new Map(), groups: new Map(), quorum: null });

/** Verify a checkpoint note against a policy: {checkpoint, witnesses: names}. */
export async function judge(policy, bytes) {
  const note = readNote(bytes);
  const checkpoint = readCheckpoint(note.text);
  const candidates = policy.logs.filter((key) => key.name === checkpoint.origin);
  if (!candidates.length) throw new Refused("log-unknown", { origin: checkpoint.origin });
  await verifyNote(note, candidates);
  const witnesses = await witnessesOf(policy, note);
  if (policy.quorum !== null && !hasWitnessed(policy, policy.quorum, witnesses)) throw new Refused("quorum-missing");
  return { checkpoint, witnesses: [...witnesses] };
}

async function witnessesOf(policy, note) {
  let cosigned;
  try {
    cosigned = await verifyNote(note, [...policy.witnesses.values()]);
  } catch (refused) {
    if (refused.code !== "note-unverified") throw refused;
    return new Set();
  }
  return new Set([...policy.witnesses].filter(([, key]) => cosigned.has(key)).map(([name]) => name));
}

function hasWitnessed(policy, name, witnesses) {
  const group = policy.groups.get(name);
  if (!group) return witnesses.has(name);
  return group.members.filter((member) => hasWitnessed(policy, member, witnesses)).length >= group.threshold;
}

/** Read a policy file (tlog-policy). */
export async function readPolicy(text) {
  if (text.length > LARGEST_POLICY || /[\x00-\x08\x0b-\x1f\x7f]/.test(text)) throw new Refused("policy-format");
  const policy = { logs: [], witnesses: new Map(), groups: new Map() }, quorums = [], listed = new Set();
  const isKnown = (name) => policy.witnesses.has(name) || policy.groups.has(name);
  const wrong = (line) => new Refused("policy-format", { line });
  const isNew = (name) => name !== "none" && !isKnown(name);

  async function key(vkey, kind, others, number) {
    const read = await readVkey(vkey).catch(() => { throw wrong(number); });
    if (read.kind !== kind || others.some((other) => isSame(other.publicKey, read.publicKey))) throw wrong(number);
    return read;
  }

  for (const [number, line] of text.split("\n").entries()) {
    const [keyword, ...words] = line.split(/[ \t]+/).filter(Boolean);
    if (keyword === undefined || keyword.startsWith("#")) continue;
    if (keyword === "log" && (words.length === 1 || words.length === 2)) {
      policy.logs.push(await key(words[0], ED25519, policy.logs, number));
    } else if (keyword === "witness" && (words.length === 2 || words.length === 3) && isNew(words[0])) {
      policy.witnesses.set(words[0], await key(words[1], COSIGNATURE, [...policy.witnesses.values()], number));
    } else if (keyword === "group" && words.length > 2 && isNew(words[0])) {
      const [name, threshold, ...members] = words;
      for (const member of members) {
        if (!isKnown(member) || listed.has(member)) throw wrong(number); // a name counts once
        listed.add(member);
      }
      const needed = { all: members.length, any: 1 }[threshold] ?? (/^[1-9][0-9]{0,3}$/.test(threshold) ? Number(threshold) : Infinity);
      if (needed > members.length) throw wrong(number);
      policy.groups.set(name, { threshold: needed, members });
    } else if (keyword === "quorum" && words.length === 1 && (words[0] === "none" || isKnown(words[0]))) {
      quorums.push(words[0]);
    } else throw wrong(number);
  }
  if (quorums.length !== 1 || Math.max(policy.logs.length, policy.witnesses.size, policy.groups.size) > MOST) throw wrong(0);
  return { ...policy, quorum: quorums[0] === "none" ? null : quorums[0] };
}
