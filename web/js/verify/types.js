// SPDX-License-Identifier: EUPL-1.2
// Registered document types: what a compact seal leaves out (names and words of the facts, which of them are days). A seal names its
// type by the digest of the definition, so whoever hands the definitions out cannot change what a signed fact means.
import { Refused, concat, dateOf, hex, readUtf8, sha256, utf8 } from "./bytes.js";

const FORMAT = "bierger/document-types@v1";
const LANGUAGES = ["fr", "de", "en", "lb"];
const CODE = /^[a-z][a-z0-9-]{0,63}$/;
export const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const TERM = /^(?:P([1-9][0-9]{0,3})([DWMY])|([1-9][0-9]{0,3}) (days?|weeks?|months?|years?)|PT([1-9]|1[0-9]|2[0-4])H|([1-9]|1[0-9]|2[0-4]) hours?)$/;
const HOUR = 3600000, LAST_DAY = "9999-12-31";

/** RFC 8785 for texts, integers, null, arrays and objects: sorted by UTF-16 code units, which is JavaScript's own order. */
export function canonicalJson(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new RangeError("not an integer");
  return JSON.stringify(value);
}

/** Map digest (hex) -> type. Refused (seal-format): one that is malformed spoils the whole file, as in bierger_core. */
export async function readTypes(bytes) {
  try {
    const body = JSON.parse(readUtf8(bytes));
    if (body.format !== FORMAT) throw new RangeError("format");
    const types = new Map();
    for (const plain of body.types) {
      const type = readType(plain);
      const digest = await sha256(concat(utf8(`${FORMAT}\n`), utf8(canonicalJson(type))));
      types.set(hex(digest.slice(0, 12)), type);
    }
    return types;
  } catch {
    throw new Refused("seal-format");
  }
}

function readType({ code, version, title, facts, valid_for: term }) {
  const names = facts.map((fact) => fact.name);
  const isGood = NAME.test(code) && Number.isSafeInteger(version) && version >= 1 && names.every((name) => NAME.test(name))
    && names.length >= 1 && names.length <= 32 && new Set(names).size === names.length
    && facts.every(({ kind, options = {} }) => ["text", "date", "choice"].includes(kind) && (kind === "choice") === Object.keys(options).length > 0
      && Object.keys(options).every((code) => CODE.test(code))) && (term === null || TERM.test(term));
  if (!isGood) throw new RangeError("type");
  return {
    code,
    version,
    title: readWords(title),
    facts: facts.map(({ name, kind, label, options }) => ({ name, kind, label: readWords(label), ...(kind === "choice" ? { options: readOptions(options) } : {}) })),
    valid_for: term,
  };
}

/** The options of a choice in the order of their codes, by which a seal counts them. */
const readOptions = (options) => Object.fromEntries(Object.keys(options).sort().map((code) => [code, readWords(options[code])]));

function readWords(text) {
  const words = {};
  for (const language of LANGUAGES) {
    const written = text[language];
    const standard = typeof written === "string" ? written : written.standard;
    if (typeof standard !== "string" || !standard.trim()) throw new RangeError("words");
    words[language] = typeof written.easy === "string" ? { standard, easy: written.easy } : standard;
  }
  return words;
}

/** The words of a text in a language. */
export const inLanguage = (text, language) => text?.[language]?.standard ?? text?.[language] ?? "";

/** What a compact seal carries, as it is read: a day is a number of days since 1970. */
export function unpack(fact, packed) {
  if (fact.kind === "text" && typeof packed === "string") return packed;
  if (fact.kind === "date" && typeof packed === "bigint" && packed >= -719162n && packed <= 2932896n) {
    return new Date(Number(packed) * 86400000).toISOString().slice(0, 10);
  }
  if (fact.kind === "choice" && typeof packed === "bigint") {
    const code = Object.keys(fact.options)[Number(packed)];
    if (code !== undefined) return code;
  }
  throw new Refused("seal-facts");
}

const CLOCK = { timeZone: "Europe/Luxembourg", year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

/** {year, month, day, hour, minute} of a Date in Luxembourg. */
export function inLuxembourg(date) {
  const parts = new Intl.DateTimeFormat("en-GB", CLOCK).formatToParts(date);
  return Object.fromEntries(parts.filter(({ type }) => type !== "literal").map(({ type, value }) => [type, Number(value)]));
}

/** YYYY-MM-DD of a Date in Luxembourg. */
export function dayOf(date) {
  const { year, month, day } = inLuxembourg(date);
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

/** Hours that an act of the type lasts: it ends by itself and cannot be taken back. 0: no such type. */
const hoursOf = (type) => Number((type?.valid_for && TERM.exec(type.valid_for)?.slice(5).find(Boolean)) || 0);

export const isShortLived = (type) => hoursOf(type) > 0;

/** The instant (a Date) at which a short-lived act ends; null: no such act. */
export function endOf(type, issuedAt) {
  return isShortLived(type) ? new Date(dateOf(issuedAt).getTime() + hoursOf(type) * HOUR) : null;
}

/** The last day (YYYY-MM-DD) on which an act issued at this instant (microseconds) may be relied on; null: no end. */
export function lastDay(type, issuedAt) {
  const term = type?.valid_for ? TERM.exec(type.valid_for) : null;
  if (!term) return null;
  if (isShortLived(type)) return dayOf(new Date(endOf(type, issuedAt).getTime() - 1));
  const amount = Number(term[1] ?? term[3]), unit = (term[2] ?? term[4][0]).toUpperCase();
  const day = new Date(`${dayOf(dateOf(issuedAt))}T00:00:00Z`);
  if (unit === "D" || unit === "W") day.setUTCDate(day.getUTCDate() + amount * (unit === "W" ? 7 : 1));
  else {
    const wanted = day.getUTCDate();
    day.setUTCDate(1);
    day.setUTCMonth(day.getUTCMonth() + amount * (unit === "Y" ? 12 : 1));
    const days = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
    day.setUTCDate(Math.min(wanted, days)); // 30 November and three months: the last of February
  }
  return day.getUTCFullYear() > 9999 ? LAST_DAY : day.toISOString().slice(0, 10);
}
