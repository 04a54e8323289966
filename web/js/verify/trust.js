// SPDX-License-Identifier: EUPL-1.2
// What this device keeps and believes: key list, policy, document types, revocations, status lists, the newest checkpoint and the last
// one of each log that ended. All of it is public. Whatever comes from the network is verified before it is kept, and a kept list is
// replaced only by one that follows it.
//
// Trust on first use: the first key list is believed if a log key that it names signed it. From then on its log keys are pinned: a
// newer list must be signed by one of them. The page shows their fingerprint, to be compared with what the administration publishes.
import { Refused, dateOf, hex, isSame, now, readUtf8, sha256, utf8 } from "./bytes.js";
import { endsBetween } from "./earlier.js";
import { checkGrowth } from "./growth.js";
import { checkFollows, logKeysOf, openKeyList } from "./keys.js";
import { judge, policyOfLogs, readPolicy } from "./notes.js";
import { openRevocations, openStatusList, statusAt, statusRevocation } from "./revocations.js";
import { readTypes } from "./types.js";

const DATABASE = "bierger-verify", STORE = "kept";
const PATIENCE = 8000; // milliseconds for one file
const LARGEST = 33554432;
const MOST_LISTS = 150; // issuers whose status lists are fetched ahead
const AHEAD = 3600n * 1000000n; // microseconds that a signer's clock may be ahead of ours

export class Trust {
  /** `at`: address of the log, ending in a slash. `statusBase`: what the addresses in status lists begin with. */
  constructor({ at, statusBase }) {
    Object.assign(this, { at, statusBase, keyList: null, logKeys: [], policy: null, types: new Map(), revocations: null, checkpoint: null, fork: null });
    this.statuses = new Map();
    this.ended = new Map(); // origin -> last checkpoint of a log that this device knew
    this.fetchedAt = {}; // name of a kept file -> Date
    this.problems = new Map(); // name of a file -> code: why the newer one was not taken
    this.newest = new Set(); // names of the files that came and were taken over when they were last asked for
    this.missing = new Set(); // names of those that did not come then
    this.shelf = new Shelf();
  }

  /** Read what is kept. What cannot be read any more is as if it were not there. */
  async load() {
    for (const [name, { bytes, at }] of await this.shelf.all()) {
      try {
        await this.believe(name, bytes, BigInt(at) * 1000n);
        this.fetchedAt[name] = new Date(at);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
      }
    }
    await this.choosePolicy();
  }

  /** Take over one file that was verified when it was kept; the key list comes first (the shelf is in this order). */
  async believe(name, bytes, at) {
    if (name === "keys.json") this.setKeys(await openKeyList(bytes), await logKeysOf(await openKeyList(bytes)));
    else if (name === "types.json") this.types = await readTypes(bytes);
    else if (name === "policy") this.given = await readGivenPolicy(bytes);
    else if (name === "revocations") this.revocations = asItCame(await openRevocations(bytes, this.logKeys), at);
    else if (name === "checkpoint") this.checkpoint = await this.remembered(bytes);
    else if (name.startsWith("ended/")) this.ended.set(name.slice("ended/".length), await this.remembered(bytes));
    else if (name === "fork") this.fork = readUtf8(bytes).split("\0");
    else if (name.startsWith("status/") && this.keyList) {
      const owner = name.slice("status/".length);
      this.statuses.set(owner, statusAsItCame(await openStatusList(bytes, this.keyList, { owner, uri: this.statusBase + owner, now: at }), at));
    }
  }

  /** A checkpoint that was kept. Its key may have been revoked since: what this device saw, it saw. */
  async remembered(bytes) {
    if (!this.keyList) throw new Refused("log-unknown");
    const keys = await logKeysOf(this.keyList, { revoked: true });
    return { ...(await judge(policyOfLogs(keys), bytes)).checkpoint, note: readUtf8(bytes) };
  }

  setKeys(list, logKeys) {
    this.keyList = list;
    this.logKeys = logKeys;
  }

  async choosePolicy() {
    const given = this.given?.policy;
    // Which keys a log of ours has, says the key list, which the pinned keys vouch for; the policy may name others' logs besides.
    const others = (given?.logs ?? []).filter((key) => !this.isOwn(key.name));
    this.policy = given ? { ...given, logs: [...others, ...this.logKeys] } : this.keyList && policyOfLogs(this.logKeys);
  }

  /** Whether the key list says whose keys a log has. */
  isOwn(origin) {
    return this.ownLogs().includes(origin);
  }

  /** The names of the logs that this installation answers for: the one of now, and those that ended before it. */
  ownLogs() {
    return (this.keyList?.entries ?? []).filter((entry) => entry.purpose === "log").map((entry) => entry.owner);
  }

  /** A kept policy may grow. What it asked for (witnesses, quorum, logs of others) stays, or somebody forgets it by hand. */
  mayFollow(given) {
    const isOurs = (line) => line.startsWith("log ") && this.isOwn(line.slice("log ".length).split("+")[0]);
    return !this.given || this.given.lines.every((line) => isOurs(line) || given.lines.includes(line));
  }

  /** Fetch everything anew. True if the key list could be reached. What is refused is noted in `problems`; nothing is lost. */
  async refresh() {
    this.newest.clear(); // whatever is not asked for again below did not come
    const reached = await this.renew("keys.json", async (bytes) => {
      const list = await openKeyList(bytes, this.keyList && this.logKeys);
      if (this.keyList) checkFollows(list, this.keyList);
      this.setKeys(list, await logKeysOf(list));
    });
    if (!reached || !this.keyList) return reached;
    await this.renew("types.json", async (bytes) => { this.types = await readTypes(bytes); });
    await this.renew("policy", async (bytes) => {
      const given = await readGivenPolicy(bytes);
      if (!this.mayFollow(given)) throw new Refused("policy-changed");
      this.given = given;
    });
    await this.choosePolicy();
    await this.renew("revocations", async (bytes) => {
      const list = asItCame(await openRevocations(bytes, this.logKeys), now());
      if (this.revocations && list.at < this.revocations.at) throw new Refused("revocations-older");
      this.revocations = list;
    });
    await this.renew("checkpoint", async (bytes) => {
      const newest = { ...(await judge(this.policy, bytes)).checkpoint, note: readUtf8(bytes) };
      if (this.checkpoint) await (this.checkpoint.origin === newest.origin ? this.follow(this.checkpoint, newest) : this.succeed(newest));
      this.checkpoint = newest;
    });
    return true;
  }

  /** A log of another name: it has to tell how the one that is kept ended, not before what was seen of it. That end is remembered. */
  async succeed(newest) {
    if (this.ended.has(newest.origin)) throw new Refused("log-end-unproven"); // no name is used again
    const fetch = (name) => this.fetch(name).catch(() => { throw new Refused("log-end-unproven"); });
    const everyKey = await logKeysOf(this.keyList, { revoked: true });
    const { ends, began } = await endsBetween(this.checkpoint.origin, newest.origin, { fetch, keys: this.logKeys, everyKey });
    if (ends[0].size < this.checkpoint.size) throw new Refused("log-end-behind");
    await this.follow(this.checkpoint, ends[0], `earlier/${ends[0].number}/`);
    await (began.size < newest.size ? this.follow(began, newest) : this.follow(newest, began)); // what tells it is of this very log
    for (const end of ends) {
      this.ended.set(end.origin, end);
      await this.shelf.put(`ended/${end.origin}`, utf8(end.note), Date.now());
    }
  }

  /** Whether the log only grew since a checkpoint of it. Both notes of a fork are kept, whatever comes later. `place`: of its tiles. */
  async follow(kept, checkpoint, place = "") {
    try {
      if (checkpoint.size < kept.size) throw new Refused("checkpoint-smaller");
      if (checkpoint.size === kept.size && !isSame(checkpoint.root, kept.root)) throw new Refused("fork");
      if (checkpoint.size > kept.size && kept.size > 0n) {
        await checkGrowth(kept.size, kept.root, checkpoint.size, checkpoint.root, (name) => this.fetch(place + name).catch(() => { throw new Refused("consistency-unproven"); }));
      }
    } catch (refused) {
      if (refused.code === "fork" && !this.fork) {
        this.fork = [kept.note, checkpoint.note];
        await this.shelf.put("fork", utf8(this.fork.join("\0")), Date.now());
      }
      throw refused;
    }
  }

  /** The status lists of all issuers, whole: who asks for one list tells nobody which act is in question, nor which issuer. */
  async refreshStatuses() {
    const owners = new Set((this.keyList?.entries ?? []).filter((entry) => entry.purpose === "seal").map((entry) => entry.owner));
    for (const owner of [...owners].slice(0, MOST_LISTS)) await this.refreshStatus(owner);
  }

  async refreshStatus(owner) {
    await this.renew(`status/${owner}`, async (bytes) => {
      const token = statusAsItCame(await openStatusList(bytes, this.keyList, { owner, uri: this.statusBase + owner, now: now() }), now());
      const kept = this.statuses.get(owner);
      if (kept && token.issuedAt < kept.issuedAt) throw new Refused("revocations-older");
      this.statuses.set(owner, token);
    });
  }

  /** Fetch one file, let `take` verify it, keep it. True if the network answered. */
  async renew(name, take) {
    let bytes;
    this.newest.delete(name);
    try {
      bytes = await this.fetch(name);
      this.missing.delete(name);
    } catch {
      this.missing.add(name);
      return false; // no network: what is kept stays, with its date
    }
    if (bytes === null) return true; // this log has no such file
    try {
      await take(bytes);
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      this.problems.set(name, refused.code);
      return true;
    }
    this.problems.delete(name);
    this.newest.add(name);
    this.fetchedAt[name] = new Date();
    await this.shelf.put(name, bytes, this.fetchedAt[name].getTime());
    return true;
  }

  /** The bytes of a file of the log; null: it has none. Rejected without a network. */
  async fetch(name) {
    const patience = new AbortController(), timer = setTimeout(() => patience.abort(), PATIENCE);
    try {
      const answer = await fetch(this.at + name, { credentials: "omit", cache: "no-cache", referrerPolicy: "no-referrer", signal: patience.signal });
      if (answer.status === 404) return null;
      if (!answer.ok || Number(answer.headers.get("Content-Length") ?? 0) > LARGEST) throw new Error(String(answer.status));
      return new Uint8Array(await answer.arrayBuffer());
    } finally {
      clearTimeout(timer);
    }
  }

  /** What `verifySeal` asks; `asOf` afterwards says up to when the answer holds (a Date), null if there was none. */
  lookup() {
    const ask = (seal) => {
      // One list for all logs of an installation: of one that ended, the log that came after it goes on telling.
      const isFor = (origin) => origin === seal.origin || (this.isOwn(origin) && this.isOwn(seal.origin));
      const list = this.revocations && isFor(this.revocations.origin) ? this.revocations : null;
      const found = list?.revoked.get(hex(seal.commitment));
      const asOf = (at) => dateOf(at < now() ? at : now()); // one that is dated ahead knows nothing of what is to come
      if (list) ask.asOf = asOf(list.at);
      if (found) return found;
      const token = seal.status === null ? null : this.statuses.get(seal.claims.issuer);
      // A list that is out of date, or too short for the act's place, says nothing: the other one stands in for it, with its date.
      if (token && now() < token.expiresAt && statusAt(token, seal.status) !== null) {
        if (!list || token.issuedAt > list.at) ask.asOf = asOf(token.issuedAt);
        return statusRevocation(token, seal);
      }
      if (!list) throw new Refused("revocation-unavailable");
      return null;
    };
    ask.asOf = null;
    return ask;
  }

  /** Whether the lists that could know better are the log's newest: they came when they were last asked for, and were taken over. */
  isNewest(code) {
    const hasRules = this.newest.has("policy") || (!this.given && !this.problems.has("policy")); // a log need not have any
    return this.newest.has("keys.json") && (code === "document-type-unknown" ? this.newest.has("types.json") : code === "key-unknown" || hasRules);
  }

  /** SHA-256 of the pinned log keys, in groups of four. */
  async fingerprints() {
    const texts = [];
    for (const key of this.logKeys) texts.push([key.name, hex(await sha256(key.publicKey)).replace(/(.{4})(?=.)/g, "$1 ")]);
    return texts;
  }

  async forget() {
    await this.shelf.clear();
    Object.assign(this, { keyList: null, logKeys: [], policy: null, given: null, types: new Map(), revocations: null, checkpoint: null, fork: null, fetchedAt: {} });
    this.statuses.clear();
    this.ended.clear();
    this.problems.clear();
    this.newest.clear();
    this.missing.clear();
  }
}

/**
 * A list that is dated far ahead was signed by a clock that was wrong. What it says is of the moment at which it came, and the list
 * from after the clock was mended may follow it: otherwise it would stay for as long as the clock was wrong by.
 */
const dated = (at, came) => (at > came + AHEAD ? came : at);
const asItCame = (list, came) => ({ ...list, at: dated(list.at, came) });

function statusAsItCame(token, came) {
  const issuedAt = dated(token.issuedAt, came);
  return { ...token, issuedAt, expiresAt: token.expiresAt - (token.issuedAt - issuedAt) };
}

async function readGivenPolicy(bytes) {
  let text;
  try {
    text = readUtf8(bytes);
  } catch {
    throw new Refused("policy-format");
  }
  const lines = text.split("\n").map((line) => line.trim().replace(/[ \t]+/g, " ")).filter((line) => line && !line.startsWith("#"));
  return { policy: await readPolicy(text), lines };
}

/** IndexedDB, and nothing else of it: a few named files with the time at which they came. Without it (private windows), memory. */
class Shelf {
  constructor() {
    this.memory = new Map();
  }

  async database() {
    this.opened ??= new Promise((resolve) => {
      try {
        const request = indexedDB.open(DATABASE, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(STORE);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
    return this.opened;
  }

  async run(mode, work) {
    const database = await this.database();
    if (!database) return null;
    return new Promise((resolve) => {
      const transaction = database.transaction(STORE, mode), request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => resolve(null); // full, or taken away: memory holds it
    });
  }

  /** [name, {bytes, at}], the key list first. */
  async all() {
    const names = await this.run("readonly", (store) => store.getAllKeys()), files = await this.run("readonly", (store) => store.getAll());
    const kept = names && files && names.length === files.length ? names.map((name, index) => [name, files[index]]) : [...this.memory];
    return kept.sort(([one], [other]) => (other === "keys.json") - (one === "keys.json"));
  }

  async put(name, bytes, at) {
    this.memory.set(name, { bytes, at });
    await this.run("readwrite", (store) => store.put({ bytes, at }, name));
  }

  async clear() {
    this.memory.clear();
    await this.run("readwrite", (store) => store.clear());
  }
}
