// SPDX-License-Identifier: EUPL-1.2
// Verification in numbered steps. The same steps, in the same order, with the same codes and the same results as
// bierger_core.seals.verification; a test compares the two over the same seals, good and hostile.
import { Refused, concat, isSame, readHex, utf8 } from "./bytes.js";
import { checkKeyAt, checkKeyPlace, findKey } from "./keys.js";
import { FACTS, FILE, fileCommitment, openingOf, readProof, submissionCommitment, verifyProof } from "./proofs.js";
import { decodeSeal, decodeText } from "./seal.js";
import { isSigned } from "./signing.js";
import { isShortLived } from "./types.js";

export const SEAL_STEPS = ["readable", "seal-format", "key-known", "signature", "key-valid", "facts-in-log", "file-in-log", "revocation"];
export const RECEIPT_STEPS = ["readable", "submission-in-log"];
/** Which steps must hold for a step to say anything: RESTS_ON of bierger_core, which says why. */
export const RESTS_ON = {
  "seal-format": ["readable"], "key-known": ["seal-format"], signature: ["key-known"], "key-valid": ["signature"], "facts-in-log": ["signature"],
  "file-in-log": ["signature"], revocation: ["key-valid", "facts-in-log"], "submission-in-log": ["readable"],
};
const GROUNDLESS = "earlier-step-failed";
const CLOCK_TOLERANCE = 300n * 1000000n; // how far ahead of ours an issuer's clock may be
export const NO_TYPES = new Map();

class Steps {
  constructor(names) {
    this.names = names;
    this.done = new Map();
  }

  /** Whether every step that this one rests on was reached, and neither failed nor lacked its own ground. */
  hasGround(name) {
    const grounds = (RESTS_ON[name] ?? []).map((ground) => this.done.get(ground));
    return grounds.every((step) => step && step.outcome !== "failed" && step.code !== GROUNDLESS);
  }

  /** Run one check: ok, or failed with the code of its refusal; then undefined. Without ground it is not run. */
  async run(name, check) {
    if (!this.hasGround(name)) return this.skip(name, GROUNDLESS);
    try {
      const result = await check();
      this.done.set(name, { name, outcome: "ok", code: "" });
      return result;
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused; // a mistake of ours must not look like an answer
      this.done.set(name, { name, outcome: "failed", code: refused.code, data: refused.data });
      return undefined;
    }
  }

  /** Not checked, and why: an earlier step that failed comes before any other reason. */
  skip(name, code) {
    this.done.set(name, { name, outcome: "not_checked", code: this.hasGround(name) ? code : GROUNDLESS });
  }

  all() {
    return this.names.map((name) => this.done.get(name) ?? { name, outcome: "not_checked", code: GROUNDLESS });
  }

  isFailedAt(name) {
    return this.done.get(name)?.outcome === "failed";
  }

  isFailed(except) {
    return [...this.done.values()].some((step) => step.outcome === "failed" && step.name !== except);
  }
}

/**
 * The code alone: at best `facts-only`. `revocations(seal)`: null, or {at, reason}; it may refuse with revocation-unavailable.
 * `asked`: the names of the logs that were asked for a proof. With a policy, a log that neither it nor the key list names is refused.
 */
export async function verifySeal(code, { keyList, policy = null, factsProof = null, asked = [], revocations = null, types = NO_TYPES, now = null }) {
  const check = new SealCheck({ keyList, policy, types, now });
  await check.read(() => decodeText(code));
  await check.checkKey();
  if (factsProof === null) await check.checkAsked(asked);
  else if (policy === null) check.steps.skip("facts-in-log", "facts-proof-not-given");
  else await check.checkFacts(factsProof);
  await check.checkPlace();
  check.steps.skip("file-in-log", "facts-only");
  await check.checkRevocation(revocations);
  return check.verdict();
}

/** The exact bytes of an act: `authentic` only if all of it holds and these bytes are in the log. A missing proof is a failed step. */
export async function verifyAct(pdf, { code, factsProof, fileProof, keyList, policy, fileSalt = null, revocations = null, types = NO_TYPES, now = null }) {
  const check = new SealCheck({ keyList, policy, types, now });
  await check.read(() => {
    if (!isSame(pdf.slice(0, 5), utf8("%PDF-"))) throw new Refused("act-not-pdf");
    return decodeText(code);
  });
  await check.checkKey();
  await check.checkFacts(factsProof);
  await check.checkPlace();
  await check.checkFile(pdf, fileProof, fileSalt);
  await check.checkRevocation(revocations);
  return check.verdict();
}

/** A receipt: the log holds this number with this hash of the submission. */
export async function verifyReceipt({ number, eventHash, salt }, proof, policy) {
  const steps = new Steps(RECEIPT_STEPS);
  const leaf = await steps.run("readable", () => submissionCommitment(number, eventHash, salt));
  const logged = leaf && (await steps.run("submission-in-log", () => loggedAt(leaf, proof, policy, null, "receipt-proof-missing")));
  return { result: logged ? "authentic" : "refused", steps: steps.all(), commitment: leaf ?? null, factsLogged: logged ?? null };
}

async function loggedAt(leaf, proof, policy, origin, missing) {
  if (proof === null) throw new Refused(missing);
  const logged = await verifyProof(readProof(proof), leaf, policy);
  if (origin !== null && logged.origin !== origin) throw new Refused("log-other-origin");
  return logged;
}

class SealCheck {
  constructor({ keyList, policy, types, now }) {
    Object.assign(this, { keyList, policy, types, now, steps: new Steps(SEAL_STEPS) });
    this.seal = this.key = this.factsLogged = this.fileLogged = this.revocation = null;
  }

  /** Steps 1 and 2. */
  async read(text) {
    const envelope = await this.steps.run("readable", text);
    if (envelope) this.seal = (await this.steps.run("seal-format", () => decodeSeal(envelope, this.types))) ?? null;
  }

  /** Steps 3 to 5. */
  async checkKey() {
    const seal = this.seal;
    if (!seal) return;
    const { issuer, issuedAt } = seal.claims;
    const key = await this.steps.run("key-known", () => findKey(this.keyList, seal.kid, issuer, "seal"));
    if (!key) return;
    this.key = key;
    await this.steps.run("signature", async () => {
      // Always ES256, whatever the list says of the key: a seal has no choice of algorithm.
      if (!(await isSigned("ES256", key.publicKey, seal.signed, seal.signature))) throw new Refused("signature-wrong");
    });
    await this.steps.run("key-valid", () => {
      checkKeyAt(key, issuedAt);
      if (this.now !== null && issuedAt > this.now + CLOCK_TOLERANCE) throw new Refused("issued-in-future");
    });
  }

  /** Step 5 again, with what step 6 found: the log says whether a revoked key signed this in its time. */
  async checkPlace() {
    if (this.key?.revokedAtLog && !this.steps.isFailedAt("key-valid")) {
      await this.steps.run("key-valid", () => checkKeyPlace(this.key, this.factsLogged));
    }
  }

  /** Step 6. */
  async checkFacts(proof) {
    const { seal, policy } = this;
    if (!seal || !policy) return;
    this.factsLogged = (await this.steps.run("facts-in-log", async () => {
      const logged = await loggedAt(seal.commitment, proof, policy, seal.origin, "facts-proof-missing");
      const { extra } = readProof(proof);
      if (extra !== null && !isSame(extra, concat(Uint8Array.of(FACTS), seal.salt))) throw new Refused("opening-mismatch");
      return logged;
    })) ?? null;
  }

  /** Step 6 without a proof: not brought along, which says nothing, or not to be had from the log, which says all. */
  async checkAsked(logs) {
    const { seal, policy } = this, origin = seal ? seal.origin : null;
    const ofLogs = (policy?.logs ?? []).map((key) => key.name), ofList = this.keyList.entries.filter((entry) => entry.purpose === "log").map((entry) => entry.owner);
    const isKnown = ofLogs.includes(origin) || ofList.includes(origin);
    if ((policy === null && !logs.length) || (isKnown && !logs.includes(origin))) return this.steps.skip("facts-in-log", "facts-proof-not-given");
    await this.steps.run("facts-in-log", () => {
      throw new Refused(logs.includes(origin) ? "facts-not-logged" : "log-unknown", { origin });
    });
  }

  /** Step 7, in the log that the seal names: of any other, these bytes might be whoever's. */
  async checkFile(pdf, proof, salt) {
    const { policy, seal } = this;
    if (!seal || !policy) return;
    this.fileLogged = (await this.steps.run("file-in-log", async () => {
      if (proof === null) throw new Refused("file-proof-missing");
      const opening = openingOf(readProof(proof));
      if (opening && opening.kind !== FILE) throw new Refused("opening-mismatch");
      const known = salt ?? opening?.salt;
      if (!known) throw new Refused("file-salt-missing");
      return loggedAt(await fileCommitment(pdf, known), proof, policy, seal.origin, "file-proof-missing");
    })) ?? null;
  }

  /** Step 8. */
  async checkRevocation(lookup) {
    const seal = this.seal;
    if (!seal || !this.steps.hasGround("revocation")) return; // nobody is asked about it
    if (isShortLived(seal.type)) return this.steps.skip("revocation", "short-lived");
    if (!lookup) return this.steps.skip("revocation", "lookup-not-given");
    try {
      this.revocation = await lookup(seal);
    } catch (refused) {
      if (refused.code !== "revocation-unavailable") throw refused;
      this.steps.skip("revocation", refused.code);
      return;
    }
    const revocation = this.revocation;
    await this.steps.run("revocation", () => {
      if (revocation) throw new Refused("act-revoked", { reason: revocation.reason });
    });
  }

  verdict() {
    let result = this.fileLogged ? "authentic" : "facts-only";
    if (this.steps.isFailed("revocation")) result = "refused";
    else if (this.revocation) result = "revoked";
    const { seal, key, factsLogged, fileLogged, revocation } = this;
    return { result, steps: this.steps.all(), seal, key, factsLogged, fileLogged, revocation, commitment: seal && seal.commitment };
  }
}

// What stands in a text: the seal of an act, or a receipt.

const SEAL = /BRG[12]:[0-9A-Z $%*+\-./:]{20,4300}/;
const RECEIPT = /BRR1:([!-9;-~]{1,60}):([0-9a-f]{64}):([0-9a-f]{64})/;

/** The seal in a text, its lines joined; null: none. Spaces are signs of Base 45 and are kept. */
export const findSeal = (text) => SEAL.exec(text.replace(/[\r\n]/g, ""))?.[0] ?? null;

/** The receipt's code in a text; null: none. */
export function findReceipt(text) {
  const found = RECEIPT.exec(text);
  return found && { number: found[1], eventHash: readHex(found[2]), salt: readHex(found[3]) };
}
