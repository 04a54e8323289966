// SPDX-License-Identifier: EUPL-1.2
// Small comforts: characters left, copy, focus on errors, preview of a photo, the position of the phone.

export function countCharacters(root) {
  for (const area of root.querySelectorAll("textarea[data-limit]")) {
    const says = area.parentElement.querySelector(".count");
    const limit = Number(area.dataset.limit);
    if (!says) continue;
    const show = () => {
      const left = limit - area.value.length;
      says.hidden = left > limit / 4;
      says.textContent = left >= 0 ? `${left} ${says.dataset.left}` : `${-left} ${says.dataset.over}`;
    };
    area.addEventListener("input", show);
    show();
  }
}

export function copyCodes(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(root.getElementById(button.dataset.copy).textContent.trim());
      button.querySelector("[data-says]").textContent = button.dataset.done;
    });
  }
}

export function focusErrors(root) {
  const box = root.querySelector("[data-error-summary]");
  if (!box) return;
  box.focus();
  box.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const field = link && root.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    field.focus({ preventScroll: true });
    (field.closest(".field") ?? field).scrollIntoView({ block: "start" });
  });
}

export function refuseTooMuch(root) {
  for (const upload of root.querySelectorAll("[data-upload][data-most]")) {
    const input = upload.querySelector("input[type=file]");
    const says = document.createElement("p");
    says.className = "ds-validation-message wrong";
    says.id = `${input.id}-over`;
    says.setAttribute("role", "alert");
    input.addEventListener("change", () => {
      const bytes = [...input.files].reduce((sum, file) => sum + file.size, 0);
      const named = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== says.id);
      if (bytes > Number(upload.dataset.most)) {
        input.value = ""; // it would be refused unread, after minutes of sending
        upload.before(says);
        says.textContent = upload.dataset.over;
        named.push(says.id);
      } else says.remove();
      input.setAttribute("aria-describedby", named.join(" "));
      if (says.isConnected) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    });
  }
}

export function previewPictures(root) {
  for (const upload of root.querySelectorAll("[data-upload]")) {
    const input = upload.querySelector("input[type=file]");
    const shown = upload.parentElement.querySelector("[data-previews]");
    input?.addEventListener("change", () => {
      shown.replaceChildren();
      for (const file of input.files) {
        if (!file.type.startsWith("image/")) continue;
        const reader = new FileReader(); // a data: address; the policy of the page allows no blob:
        reader.addEventListener("load", () => {
          const picture = new Image();
          picture.alt = file.name;
          picture.src = reader.result;
          shown.append(picture);
        });
        reader.readAsDataURL(file);
      }
    });
  }
}

export function usePosition(root) {
  for (const line of root.querySelectorAll("[data-position]")) {
    if (!navigator.geolocation || !isSecureContext) continue;
    line.hidden = false;
    const says = line.querySelector("[role=status]");
    const details = line.parentElement.querySelector(".coordinates");
    const [lat, lon] = details.querySelectorAll("input");
    line.querySelector("button").addEventListener("click", () => {
      says.textContent = line.dataset.busy;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          lat.value = coords.latitude.toFixed(6);
          lon.value = coords.longitude.toFixed(6);
          details.open = true;
          says.textContent = line.dataset.done;
        },
        () => { says.textContent = line.dataset.failed; },
        { enableHighAccuracy: true, timeout: 10000 },
      );
    });
  }
}
