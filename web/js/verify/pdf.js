// SPDX-License-Identifier: EUPL-1.2
// The small files that an act or a receipt carries inside its PDF. This is no reader of PDFs: it finds embedded files of known names
// whose objects stand in the open, as we write them, and nothing else. What it finds proves nothing by itself; the steps do.
import { inflate } from "./inflate.js";

const WANTED = ["seal.txt", "facts.tlog-proof", "file-salt.txt", "receipt.txt"];
const LARGEST = 200000; // bytes of one embedded file
const MOST = 500; // embedded files looked at
const NEAR = 2000; // characters of one object

/** name -> bytes. Of two files of one name the last one counts, as a later revision of a PDF does. */
export function attachmentsOf(pdf) {
  const text = new TextDecoder("latin1").decode(pdf); // one character a byte: positions are the same
  const found = new Map();
  let at = -1;
  for (let count = 0; count < MOST && (at = text.indexOf("/Filespec", at + 1)) >= 0; count += 1) {
    const start = text.lastIndexOf(" obj", at), end = text.indexOf("endobj", at);
    if (start < 0 || at - start > NEAR || end < 0 || end - at > NEAR) continue;
    const object = text.slice(start, end);
    const name = /\/U?F\s*\(([^()\\]{1,100})\)/.exec(object)?.[1];
    const reference = /\/EF\s*<<[^>]{0,100}?\/U?F\s+(\d{1,8})\s+(\d{1,5})\s+R/.exec(object);
    const content = reference && WANTED.includes(name) ? streamOf(pdf, text, `${reference[1]} ${reference[2]} obj`) : null;
    if (content) found.set(name, content);
  }
  return found;
}

/** Does it carry a signature of its own (PAdES)? Not checked here: that needs certificates, and whom to believe. */
export const isSigned = (pdf) => /\/ByteRange\s*\[/.test(new TextDecoder("latin1").decode(pdf));

function streamOf(pdf, text, name) {
  let start = text.lastIndexOf(`\n${name}`);
  if (start < 0) start = text.lastIndexOf(`\r${name}`);
  const begin = start < 0 ? -1 : text.indexOf("stream", start);
  if (begin < 0 || begin - start > NEAR) return null;
  const head = text.slice(start, begin);
  const from = begin + 6 + (text[begin + 6] === "\r" ? 2 : 1); // behind the end of the line
  const length = /\/Length\s+(\d{1,9})\b(?!\s+\d+\s+R)/.exec(head);
  const to = length ? from + Number(length[1]) : text.indexOf("endstream", from);
  if (to < from || to > pdf.length || to - from > LARGEST) return null;
  const content = pdf.slice(from, to), filter = /\/Filter\s*\[?\s*\/(\w+)/.exec(head)?.[1];
  if (!filter) return content;
  try {
    return filter === "FlateDecode" ? inflate(content, LARGEST, { trailing: true }) : null;
  } catch {
    return null; // broken, or a bomb: as if it were not there
  }
}
