// SPDX-License-Identifier: EUPL-1.2
// The counter's mode: nothing of one person is left for the next, on the screen or in a field.
import { element } from "./result.js";
import { say } from "./words.js";

const LONGEST_READING = 300; // seconds that an answer stays for being read aloud: a voice that never ends must not keep it

export class Kiosk {
  /** `clear`: takes the answer off the screen; `fields`: what is typed or chosen there goes after `seconds`, too. */
  constructor({ seconds, clear, isReading, fields }) {
    Object.assign(this, { seconds, clear, isReading, countdown: 0, idle: 0 });
    document.body.classList.add("kiosk");
    document.addEventListener("click", () => {
      if (!document.fullscreenElement) document.documentElement.requestFullscreen?.().catch(() => {});
    });
    for (const link of document.querySelectorAll("header a, footer a")) link.removeAttribute("href");
    for (const field of fields) field.addEventListener("input", () => this.forget(fields));
  }

  /** Whoever types and goes away leaves nothing: every sign begins the time anew. */
  forget(fields) {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => { for (const field of fields) field.value = ""; }, this.seconds * 1000);
  }

  /** What stands at the foot of the window while an answer is shown: the next one, and how long this one stays. */
  bar(next) {
    return element("div", { class: "kiosk-bar actions" }, next, this.keepButton());
  }

  keepButton() {
    let left = this.seconds, heard = 0;
    const says = element("span", { "aria-hidden": "true" }, say("keep", { seconds: left }));
    const made = element("button", { type: "button", class: "ds-button", "data-variant": "secondary", "aria-label": say("keep-label") }, says);
    made.addEventListener("click", () => { this.stop(); made.remove(); }); // whoever needs more time takes it
    this.stop();
    this.countdown = setInterval(() => {
      if (this.isReading() && heard < LONGEST_READING) {
        heard += 1;
        return;
      }
      left -= 1;
      says.textContent = say("keep", { seconds: left });
      if (left <= 0) this.clear();
    }, 1000);
    return made;
  }

  stop() {
    clearInterval(this.countdown);
  }
}
