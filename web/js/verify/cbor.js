// SPDX-License-Identifier: EUPL-1.2
// Deterministic CBOR (RFC 8949 section 4.2.1), the part that seals need: integers, byte and text strings, arrays, maps, false, true,
// null, tags. One value, one sequence of bytes; everything else is refused, as bierger_core.seals.cbor refuses it.
//
// Integers come back as BigInt, always: beyond 2^53 a Number would silently be another one. Maps come back as Map.
import { Refused, concat, readUtf8, utf8 } from "./bytes.js";

const DEEPEST = 8;
const LARGEST = 65536;

export class Tag {
  constructor(number, value) {
    this.number = number;
    this.value = value;
  }
}

export const isInteger = (value) => typeof value === "bigint";
export const isBytes = (value) => value instanceof Uint8Array;
export const isText = (value) => typeof value === "string";

/** Whether a map has exactly these keys. */
export const hasKeys = (map, ...keys) => map instanceof Map && map.size === keys.length && keys.every((key) => map.has(key));

export function readCbor(bytes, largest = LARGEST) {
  if (bytes.length > largest) throw new Refused("cbor-limit");
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.position !== bytes.length) throw new Refused("cbor-format");
  return value;
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.position = 0;
  }

  take(count) {
    // `count` may be a BigInt that claims 16 exabytes: compared before anything is made of it.
    if (count > this.bytes.length - this.position) throw new Refused("cbor-format");
    const start = this.position;
    this.position += Number(count);
    return this.bytes.slice(start, this.position);
  }

  /** Major type and argument; the argument must be written in its shortest form. */
  head() {
    const initial = this.take(1)[0];
    const major = initial >> 5, short = initial & 31;
    if (short < 24) return [major, BigInt(short)];
    if (short > 27) throw new Refused("cbor-not-canonical"); // indefinite length, or reserved
    const width = 1 << (short - 24);
    const argument = this.take(width).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
    if (major === 7) return [major, 32n]; // floats and long simple values: refused below
    if (argument < (width === 1 ? 24n : 1n << BigInt(4 * width))) throw new Refused("cbor-not-canonical");
    return [major, argument];
  }

  value(depth) {
    if (depth > DEEPEST) throw new Refused("cbor-limit");
    const [major, argument] = this.head();
    switch (major) {
      case 0: return argument;
      case 1: return -1n - argument;
      case 2: return this.take(argument);
      case 3: return this.text(argument);
      case 4: return this.array(this.plausible(argument), depth);
      case 5: return this.map(this.plausible(argument), depth);
      case 6: return new Tag(argument, this.value(depth + 1));
    }
    if (argument === 20n) return false;
    if (argument === 21n) return true;
    if (argument === 22n) return null;
    throw new Refused("cbor-format");
  }

  /** No array is made before its items are there: the count alone is only a claim. */
  plausible(count) {
    if (count > this.bytes.length - this.position) throw new Refused("cbor-format");
    return Number(count);
  }

  text(length) {
    try {
      return readUtf8(this.take(length));
    } catch {
      throw new Refused("cbor-format");
    }
  }

  array(count, depth) {
    const items = [];
    for (let index = 0; index < count; index += 1) items.push(this.value(depth + 1));
    return items;
  }

  map(count, depth) {
    const map = new Map();
    let previous = new Uint8Array();
    for (let index = 0; index < count; index += 1) {
      const start = this.position;
      const key = this.value(depth + 1);
      const written = this.bytes.slice(start, this.position);
      if (!isInteger(key) && !isText(key)) throw new Refused("cbor-format");
      if (compare(written, previous) <= 0) throw new Refused("cbor-not-canonical"); // out of order, or there twice
      previous = written;
      map.set(key, this.value(depth + 1));
    }
    return map;
  }
}

function compare(one, other) {
  const shorter = Math.min(one.length, other.length);
  for (let index = 0; index < shorter; index += 1) if (one[index] !== other[index]) return one[index] - other[index];
  return one.length - other.length;
}

// Writing: only what signatures and leaves cover, `["Signature1", bytes, bytes, bytes]` and `[text, bytes]`.

function head(major, length) {
  if (length < 24) return Uint8Array.of((major << 5) | length);
  if (length < 0x100) return Uint8Array.of((major << 5) | 24, length);
  if (length < 0x10000) return Uint8Array.of((major << 5) | 25, length >> 8, length & 0xff);
  return Uint8Array.of((major << 5) | 26, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff);
}

export function writeArray(...items) {
  const written = items.map((item) => {
    const bytes = isText(item) ? utf8(item) : item;
    return concat(head(isText(item) ? 3 : 2, bytes.length), bytes);
  });
  return concat(head(4, items.length), ...written);
}

/** COSE_Sign1, tagged 18, nothing outside the signature: [protected, payload, signature], or null. */
export function readSign1(message) {
  if (!(message instanceof Tag) || message.number !== 18n || !Array.isArray(message.value) || message.value.length !== 4) return null;
  const [header, outside, payload, signature] = message.value;
  if (!isBytes(header) || !(outside instanceof Map) || !isBytes(payload) || !isBytes(signature)) return null;
  return outside.size ? null : [header, payload, signature];
}

/** What a COSE signature covers (RFC 9052 section 4.4). */
export const signedBytes = (header, payload) => writeArray("Signature1", header, new Uint8Array(), payload);

