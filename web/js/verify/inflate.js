// SPDX-License-Identifier: EUPL-1.2
// zlib (RFC 1950, 1951), read only. The browser's DecompressionStream is missing on older phones and takes no limit; this one is the
// same everywhere, stops at `largest` bytes, and wants the checksum and nothing behind it.

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** More than `largest` bytes would come out. */
export class TooLarge extends Error {}

/** The bytes of one zlib stream, whole. Error: broken, cut off, or followed by something; TooLarge. */
export function inflate(data, largest, { trailing = false } = {}) {
  if (data.length < 6 || (data[0] & 15) !== 8 || data[0] >> 4 > 7 || ((data[0] << 8) | data[1]) % 31 || data[1] & 32) throw new Error("zlib");
  const bits = new Bits(data, 2), out = new Output(largest);
  let isLast = false;
  while (!isLast) {
    isLast = bits.take(1) === 1;
    const type = bits.take(2);
    if (type === 0) stored(bits, out);
    else if (type === 1) block(bits, out, FIXED, FIXED_DISTANCES);
    else if (type === 2) block(bits, out, ...tables(bits));
    else throw new Error("zlib");
  }
  const end = bits.align();
  if (end + 4 > data.length || (!trailing && end + 4 !== data.length)) throw new Error("zlib");
  const result = out.bytes.slice(0, out.length);
  if (adler32(result) !== ((data[end] << 24) | (data[end + 1] << 16) | (data[end + 2] << 8) | data[end + 3]) >>> 0) throw new Error("zlib");
  return result;
}

class Bits {
  constructor(data, position) {
    this.data = data;
    this.position = position;
    this.held = 0;
    this.count = 0;
  }

  /** Up to 16 bits, the lowest first. */
  take(wanted) {
    while (this.count < wanted) {
      if (this.position >= this.data.length) throw new Error("zlib");
      this.held |= this.data[this.position] << this.count;
      this.position += 1;
      this.count += 8;
    }
    const value = this.held & ((1 << wanted) - 1);
    this.held >>>= wanted;
    this.count -= wanted;
    return value;
  }

  /** Leave the rest of a byte; where the next one stands. At most 7 bits are held here: `take` never reads a byte ahead. */
  align() {
    this.held = 0;
    this.count = 0;
    return this.position;
  }
}

class Output {
  constructor(largest) {
    this.largest = largest;
    this.bytes = new Uint8Array(Math.min(largest, 4096));
    this.length = 0;
  }

  room(more) {
    const needed = this.length + more;
    if (needed > this.largest) throw new TooLarge("zlib");
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.min(this.largest, Math.max(needed, this.bytes.length * 2)));
    grown.set(this.bytes);
    this.bytes = grown;
  }

  byte(value) {
    this.room(1);
    this.bytes[this.length] = value;
    this.length += 1;
  }

  copy(distance, length) {
    if (distance > this.length) throw new Error("zlib"); // before the beginning
    this.room(length);
    for (let left = length; left > 0; left -= 1, this.length += 1) this.bytes[this.length] = this.bytes[this.length - distance];
  }
}

function stored(bits, out) {
  const at = bits.align(), data = bits.data;
  if (at + 4 > data.length) throw new Error("zlib");
  const length = data[at] | (data[at + 1] << 8);
  if ((length ^ 0xffff) !== (data[at + 2] | (data[at + 3] << 8)) || at + 4 + length > data.length) throw new Error("zlib");
  out.room(length);
  out.bytes.set(data.subarray(at + 4, at + 4 + length), out.length);
  out.length += length;
  bits.position = at + 4 + length;
}

/** A canonical Huffman code: how many codes of each length, and the symbols in the order of their codes. */
function codeOf(lengths) {
  const counts = new Uint16Array(16), starts = new Uint16Array(16), symbols = new Uint16Array(lengths.length);
  for (const length of lengths) counts[length] += 1;
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length < 16; length += 1) {
    left = left * 2 - counts[length];
    if (left < 0) throw new Error("zlib"); // more codes than there is room for
  }
  for (let length = 1; length < 15; length += 1) starts[length + 1] = starts[length] + counts[length];
  lengths.forEach((length, symbol) => {
    if (length) symbols[starts[length]++] = symbol;
  });
  return { counts, symbols };
}

function symbolOf(bits, { counts, symbols }) {
  let code = 0, first = 0, index = 0;
  for (let length = 1; length < 16; length += 1) {
    code |= bits.take(1);
    const count = counts[length];
    if (code - count < first) return symbols[index + code - first];
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  throw new Error("zlib"); // a code that nobody was given
}

const FIXED = codeOf([...Array(144).fill(8), ...Array(112).fill(9), ...Array(24).fill(7), ...Array(8).fill(8)]);
const FIXED_DISTANCES = codeOf(Array(30).fill(5));

function tables(bits) {
  const literals = bits.take(5) + 257, distances = bits.take(5) + 1, used = bits.take(4) + 4;
  if (literals > 286 || distances > 30) throw new Error("zlib");
  const ofLengths = Array(19).fill(0);
  for (let index = 0; index < used; index += 1) ofLengths[ORDER[index]] = bits.take(3);
  const code = codeOf(ofLengths), lengths = [];
  while (lengths.length < literals + distances) {
    const symbol = symbolOf(bits, code);
    if (symbol < 16) lengths.push(symbol);
    else if (symbol === 16 && lengths.length) lengths.push(...Array(3 + bits.take(2)).fill(lengths[lengths.length - 1]));
    else if (symbol === 17) lengths.push(...Array(3 + bits.take(3)).fill(0));
    else if (symbol === 18) lengths.push(...Array(11 + bits.take(7)).fill(0));
    else throw new Error("zlib");
  }
  if (lengths.length > literals + distances || !lengths[256]) throw new Error("zlib");
  return [codeOf(lengths.slice(0, literals)), codeOf(lengths.slice(literals))];
}

function block(bits, out, literals, distances) {
  for (;;) {
    const symbol = symbolOf(bits, literals);
    if (symbol < 256) out.byte(symbol);
    else if (symbol === 256) return;
    else {
      const kind = symbol - 257;
      if (kind >= LENGTHS.length) throw new Error("zlib");
      const length = LENGTHS[kind] + bits.take(LENGTH_BITS[kind]);
      const far = symbolOf(bits, distances);
      if (far >= DISTANCES.length) throw new Error("zlib");
      out.copy(DISTANCES[far] + bits.take(far < 4 ? 0 : (far >> 1) - 1), length);
    }
  }
}

function adler32(bytes) {
  let one = 1, other = 0;
  for (let at = 0; at < bytes.length; ) {
    for (const end = Math.min(at + 3800, bytes.length); at < end; at += 1) {
      one += bytes[at];
      other += one;
    }
    one %= 65521;
    other %= 65521;
  }
  return ((other << 16) | one) >>> 0;
}
