// SPDX-License-Identifier: EUPL-1.2
// Comforts. Every page works without them; each module looks for its own marks and leaves the rest alone.
import { guardDoubleSubmit, warnUnsaved } from "./forms.js";
import { countCharacters, copyCodes, focusErrors, previewPictures, refuseTooMuch, usePosition } from "./comforts.js";

for (const start of [guardDoubleSubmit, warnUnsaved, countCharacters, copyCodes, focusErrors, refuseTooMuch, previewPictures, usePosition]) start(document);
