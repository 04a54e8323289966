// SPDX-License-Identifier: EUPL-1.2
// Signatures: ECDSA P-256 by WebCrypto, which every browser has; Ed25519 by WebCrypto where it is there (2025 and later everywhere),
// else by noble-ed25519, loaded when it is needed.
import { Refused, bigInteger } from "./bytes.js";

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Whether the raw signature is right. A wrong one is false; a broken key or an unknown algorithm is refused. */
export async function isSigned(alg, publicKey, message, signature) {
  if (alg !== "ES256" && alg !== "EdDSA") throw new Refused("signing-algorithm");
  if (signature.length !== 64) return false;
  return alg === "ES256" ? isSignedES256(publicKey, message, signature) : isSignedEd25519(publicKey, message, signature);
}

async function isSignedES256(publicKey, message, signature) {
  let key;
  try {
    key = await crypto.subtle.importKey("raw", publicKey, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  } catch {
    throw new Refused("signing-key"); // not a point of the curve
  }
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message);
}

async function isSignedEd25519(publicKey, message, signature) {
  let key;
  try {
    key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return isSignedByNoble(publicKey, message, signature); // no Ed25519 in this browser (or no such point: noble says no)
  }
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
}

export async function isSignedByNoble(publicKey, message, signature) {
  const { verifyAsync } = await import("../../vendor/noble-ed25519/index.js");
  try {
    return await verifyAsync(signature, message, publicKey, { zip215: false }); // RFC 8032, as WebCrypto
  } catch {
    return false;
  }
}

/** Whether s is the smaller one of the two forms (r, s) and (r, n - s), or no form at all: see bierger_core.values.low_s. */
export function isLowS(signature) {
  const s = bigInteger(signature.slice(32));
  return s <= 0n || s >= ORDER || (signature.length === 64 && s <= ORDER - s);
}

