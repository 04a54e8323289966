// SPDX-License-Identifier: EUPL-1.2
// Bytes and texts. Everything here is strict: one value has one text, and anything else is refused.

/** A refusal with the stable code of bierger_core; its words are the page's. */
export class Refused extends Error {
  constructor(code, data = {}) {
    super(code);
    this.code = code;
    this.data = data;
  }
}

export const utf8 = (text) => new TextEncoder().encode(text);
// ignoreBOM: a byte order mark is a sign like any other; left out, two byte sequences would have one text.
export const readUtf8 = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

export function concat(...pieces) {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    whole.set(piece, position);
    position += piece.length;
  }
  return whole;
}

/** Equal in content. Nothing compared here is secret, so the time it takes may tell. */
export const isSame = (one, other) => one.length === other.length && one.every((byte, index) => byte === other[index]);

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function readHex(text) {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) throw new RangeError("not hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** Standard Base 64, padded, zero bits in the padding. */
export function readBase64(text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  if (base64(bytes) !== text) throw new RangeError("not canonical Base 64"); // atob forgives white space and loose bits
  return bytes;
}

export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** Unsigned, big-endian, of any length. */
export const bigInteger = (bytes) => bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?Z$/;

/** RFC 3339 in UTC as microseconds since 1970 (BigInt), exactly as bierger_core reads it. */
export function readInstant(text) {
  const found = typeof text === "string" ? INSTANT.exec(text) : null;
  if (found) {
    const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    const exists = year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
    if (exists && hour < 24 && minute < 60 && second < 60) {
      date.setUTCHours(hour, minute, second);
      return BigInt(date.getTime()) * 1000n + BigInt((found[7] ?? "").padEnd(6, "0"));
    }
  }
  throw new Refused("instant-format");
}

export const dateOf = (microseconds) => new Date(Number(microseconds / 1000n));
export const secondsToInstant = (seconds) => BigInt(seconds) * 1000000n;
export const now = () => BigInt(Date.now()) * 1000n;
