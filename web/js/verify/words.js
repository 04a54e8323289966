// SPDX-License-Identifier: EUPL-1.2
// The page's words in the reader's language, which the server hands out as one file, and dates as people write them.
import { inLuxembourg } from "./types.js";

export const words = {};

/** Before anything else is said. Rejected without a network, if this device keeps nothing yet. */
export async function loadWords(address) {
  const answer = await fetch(address, { credentials: "omit" });
  if (!answer.ok) throw new Error(String(answer.status));
  Object.assign(words, await answer.json());
}

/** A text of the page, its %(name)s filled in. */
export function say(text, values = {}) {
  return (words.texts[text] ?? text).replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}

function written({ year, month, day }) {
  return words.dateForm.replace(/MMMM|d|y/g, (part) => ({ MMMM: words.months[month - 1], d: day, y: year })[part]);
}

/** "22 novembre 2026" of YYYY-MM-DD; anything else as it is. */
export function dayInWords(text) {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? [];
  return day >= 1 && month >= 1 && month <= 12 ? written({ year, month, day }) : text;
}

/** "22 novembre 2026, 14:05" of a Date, in Luxembourg. */
export function instantInWords(date) {
  const parts = inLuxembourg(date), two = (number) => String(number).padStart(2, "0");
  return `${written(parts)}, ${two(parts.hour)}:${two(parts.minute)}`;
}
