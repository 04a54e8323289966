// SPDX-License-Identifier: EUPL-1.2
// Base 45 (RFC 9285), read only. Nothing is forgiven: a space is a sign, lower case is not.
import { Refused } from "./bytes.js";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

export function readBase45(text) {
  const values = Array.from(text, (sign) => ALPHABET.indexOf(sign)); // characters, not halves of them
  if (values.length % 3 === 1) throw new Refused("base45-length");
  if (values.includes(-1)) throw new Refused("base45-sign");
  const bytes = [];
  for (let at = 0; at < values.length; at += 3) {
    const [low, middle, high] = values.slice(at, at + 3);
    const number = low + 45 * middle + 2025 * (high ?? 0);
    if (number > (high === undefined ? 0xff : 0xffff)) throw new Refused("base45-value");
    if (high !== undefined) bytes.push(number >> 8);
    bytes.push(number & 0xff);
  }
  return Uint8Array.from(bytes);
}
