// SPDX-License-Identifier: EUPL-1.2
// How a log ended, as the log after it tells (`/log/earlier.json`): for a device that remembers the one that ended.
import { Refused, hex, readHex, readUtf8, utf8 } from "./bytes.js";
import { judge, policyOfLogs } from "./notes.js";
import { EARLIER_LOG, commitment, readProof, verifyProof } from "./proofs.js";

const LARGEST = 4194304, unproven = () => new Refused("log-end-unproven");

/**
 * The ends of the logs from the one called `from` up to the one called `to`, in order, each {origin, size, root, note, number}; and
 * `began`: a checkpoint of the log `to`, over the leaf that tells the last end. Refused: log-end-unproven.
 *
 * What is told counts only if it is the first leaf of the log that came next: then it is told to everybody, and stays told. `fetch`
 * gives a file of the log or null. `keys`: those of logs that are believed; `everyKey`: revoked ones too, which may have signed an end.
 */
export async function endsBetween(from, to, { fetch, keys, everyKey }) {
  const told = readTold(await fetch("earlier.json")), ends = [];
  let began = null;
  for (let origin = from; origin !== to; origin = began.origin) {
    const one = told.find((entry) => entry.origin === origin);
    if (!one || ends.some((end) => end.origin === origin)) throw unproven();
    try {
      ends.push(await readEnd(one, everyKey));
      began = await readBeginning(one, fetch, keys);
    } catch {
      throw unproven(); // whatever is wrong with it: it proves nothing
    }
  }
  return { ends, began };
}

function readTold(bytes) {
  try {
    if (bytes.length > LARGEST) throw unproven();
    return JSON.parse(readUtf8(bytes)).map(({ number, body, salt }) => {
      const { origin, checkpoint, next } = JSON.parse(body); // what the leaf commits to; what stands beside it is not looked at
      if (!Number.isSafeInteger(number) || number < 1 || ![origin, checkpoint, next].every((text) => typeof text === "string")) throw unproven();
      return { number, body, salt, origin, checkpoint, next };
    });
  } catch {
    throw unproven(); // null too: it has no such file
  }
}

async function readEnd(one, everyKey) {
  const { checkpoint } = await judge(policyOfLogs(everyKey), utf8(one.checkpoint));
  if (checkpoint.origin !== one.origin) throw unproven();
  return { ...checkpoint, note: one.checkpoint, number: one.number };
}

async function readBeginning(one, fetch, keys) {
  const leaf = await commitment(EARLIER_LOG, readHex(one.salt), utf8(one.body));
  const proof = readProof(await fetch(`proof/${hex(leaf)}.tlog-proof`)), policy = policyOfLogs(keys);
  const { index, origin } = await verifyProof(proof, leaf, policy);
  if (index !== 0n || origin !== one.next) throw unproven();
  return { ...(await judge(policy, proof.checkpoint)).checkpoint, note: readUtf8(proof.checkpoint) };
}
