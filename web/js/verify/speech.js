// SPDX-License-Identifier: EUPL-1.2
// Reading an answer aloud, where the browser has a voice of the page's language: a voice of another one would not be understood.
import { element, icon } from "./result.js";
import { say } from "./words.js";

export class Speaker {
  constructor(language) {
    this.language = language;
    this.voices = globalThis.speechSynthesis ?? null;
    this.voices?.getVoices(); // some browsers load them when first asked
  }

  voice() {
    return this.voices?.getVoices().find((voice) => voice.lang.toLowerCase().startsWith(this.language)) ?? null;
  }

  canSpeak() {
    return this.voice() !== null;
  }

  stop() {
    this.voices?.cancel();
  }

  button(text) {
    const label = element("span", {}, say("read-aloud"));
    const made = element("button", { type: "button", class: "ds-button read-aloud", "data-variant": "secondary" }, icon("bubble"), label);
    const ended = () => { label.textContent = say("read-aloud"); };
    made.addEventListener("click", () => {
      const isReading = this.voices.speaking;
      this.stop();
      ended();
      if (isReading) return;
      const speech = new SpeechSynthesisUtterance(text);
      speech.voice = this.voice();
      speech.lang = speech.voice.lang;
      speech.addEventListener("end", ended);
      this.voices.speak(speech);
      label.textContent = say("stop-reading");
    });
    return made;
  }
}
