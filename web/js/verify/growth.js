// SPDX-License-Identifier: EUPL-1.2
// Whether a log only grew: the roots that its tiles (C2SP tlog-tiles) make, of the tree of now and of its first entries.
import { Refused, concat, isSame, sha256 } from "./bytes.js";

const TILE = 256n, HASH = 32;
const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), left, right));

/** `tile/<level>/<index>[.p/<width>]`, the index in groups of three digits. */
export function tilePath(level, index, width) {
  const groups = [String(index % 1000n).padStart(3, "0")];
  for (let rest = index / 1000n; rest > 0n; rest /= 1000n) groups.unshift(`x${String(rest % 1000n).padStart(3, "0")}`);
  return `tile/${level}/${groups.join("/")}${width === TILE ? "" : `.p/${width}`}`;
}

/**
 * Nothing, when the log's tree of `old` entries and `oldRoot` is the beginning of that of `size` and `root` (both BigInt).
 * Refused: fork, when it is not; consistency-unproven, when the tiles do not make the tree of now. `fetch` gives a file or null.
 *
 * The hashes on the way from the end of the old tree up to the new root make that root, or they are not the log's. If they do, the
 * old root that they make is the one the log has had: another one is another history, and no damaged file.
 */
export async function checkGrowth(old, oldRoot, size, root, fetch) {
  const tiles = new Map();
  const read = (level, index) => subtree(level, index, size, fetch, tiles);
  const steps = [];
  let start = 0n, end = size;
  while (old !== end) {
    const middle = start + half(end - start);
    if (old <= middle) {
      steps.push([await rangeHash(middle, end, read), false]);
      end = middle;
    } else {
      steps.push([await rangeHash(start, middle, read), true]);
      start = middle;
    }
  }
  let first = await rangeHash(start, end, read), second = first;
  for (const [step, standsLeft] of steps.reverse()) {
    if (standsLeft) first = await nodeHash(step, first);
    second = await (standsLeft ? nodeHash(step, second) : nodeHash(second, step));
  }
  if (!isSame(second, root)) throw new Refused("consistency-unproven");
  if (!isSame(first, oldRoot)) throw new Refused("fork");
}

/** The largest power of two below a number of leaves (at least two). */
function half(count) {
  let power = 1n;
  while (power * 2n < count) power *= 2n;
  return power;
}

async function rangeHash(start, end, read) {
  const count = end - start;
  let level = 0n;
  while (1n << level < count) level += 1n;
  // `start` is a multiple of every power of two up to the next one above the count: that is how a tree is halved.
  if (1n << level === count) return read(level, start >> level);
  const middle = start + half(count);
  return nodeHash(await rangeHash(start, middle, read), await rangeHash(middle, end, read));
}

/** The hash of a perfect subtree of 2**level leaves, from the tile that holds it or what lies below it. */
async function subtree(level, index, size, fetch, tiles) {
  const tileLevel = level / 8n, height = level % 8n, place = index << height, tile = place / TILE;
  const all = size >> (8n * tileLevel), width = all - tile * TILE < TILE ? all - tile * TILE : TILE;
  const name = tilePath(tileLevel, tile, width);
  if (!tiles.has(name)) tiles.set(name, await hashesOf(name, tilePath(tileLevel, tile, TILE), Number(width), fetch));
  const offset = Number(place % TILE);
  let row = tiles.get(name).slice(offset, offset + 2 ** Number(height));
  while (row.length > 1) {
    const above = [];
    for (let at = 0; at < row.length; at += 2) above.push(await nodeHash(row[at], row[at + 1]));
    row = above;
  }
  return row[0];
}

async function hashesOf(name, full, width, fetch) {
  // A log may take a partial tile away once the full one is there; its first hashes are the same.
  const data = (await fetch(name)) ?? (name === full ? null : (await fetch(full))?.slice(0, width * HASH));
  if (data?.length !== width * HASH) throw new Refused("consistency-unproven");
  return Array.from({ length: width }, (_, at) => data.slice(at * HASH, (at + 1) * HASH));
}
