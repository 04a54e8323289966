// SPDX-License-Identifier: EUPL-1.2
// Reading an answer aloud, where the browser has a voice of the page's language: a voice of another one would not be understood.
import { element, icon } from "./result.js";
import { say } from "./words.js";

export class Speaker {
  constructor(language) {
    this.language = language;
    this.voices = globalThis.speechSynthesis ?? null;
    this.voices?.getVoices(); // some browsers load them when first asked
    this.isReading = false;
  }

  voice() {
    return this.voices?.getVoices().find((voice) => voice.lang.toLowerCase().startsWith(this.language)) ?? null;
  }

  canSpeak() {
    return this.voice() !== null;
  }

  stop() {
    this.isReading = false;
    this.voices?.cancel();
  }

  button(text) {
    const label = element("span", {}, say("read-aloud"));
    const made = element("button", { type: "button", class: "ds-button read-aloud", "data-variant": "secondary" }, icon("bubble"), label);
    let mine = null;
    const ended = (speech) => {
      label.textContent = say("read-aloud");
      if (mine === speech) this.isReading = false; // one that was stopped for another says so later
    };
    made.addEventListener("click", () => {
      const isReading = this.isReading && this.voices.speaking;
      this.stop();
      ended(null);
      if (isReading) return;
      const speech = new SpeechSynthesisUtterance(text);
      speech.voice = this.voice();
      speech.lang = speech.voice.lang;
      for (const name of ["end", "error"]) speech.addEventListener(name, () => ended(speech));
      mine = speech;
      this.voices.speak(speech);
      this.isReading = true;
      label.textContent = say("stop-reading");
    });
    return made;
  }
}
