// SPDX-License-Identifier: EUPL-1.2
// Forms: one click sends once (the server makes sure of it in any case), and leaving with changes asks first.

const PAUSE = 8000; // ms after which a form may be sent again: the answer may have been lost

export function guardDoubleSubmit(root) {
  for (const form of root.querySelectorAll("form[data-once]")) {
    let sent = 0;
    form.addEventListener("submit", (event) => {
      const now = Date.now();
      if (now - sent < PAUSE) event.preventDefault();
      else {
        sent = now;
        event.submitter?.setAttribute("aria-busy", "true");
      }
    });
  }
  addEventListener("pageshow", () => root.querySelectorAll("[aria-busy]").forEach((one) => one.removeAttribute("aria-busy")));
}

export function warnUnsaved(root) {
  let changed = false;
  for (const form of root.querySelectorAll("form[data-unsaved]")) {
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
  }
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
