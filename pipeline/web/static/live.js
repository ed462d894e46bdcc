// Take the part that changes from the server whenever it has changed. Without this the page asks
// again by itself. Nothing that somebody else wrote becomes code: the part is parsed, not run.
"use strict";

const live = document.querySelector("[data-live]");

function renew(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").body;
  const held = document.activeElement;
  const inside = held !== null && live.contains(held) ? held.id : "";
  live.replaceChildren(...fresh.childNodes);
  if (inside) {
    document.getElementById(inside)?.focus();
  }
}

if (live !== null && "EventSource" in window) {
  const source = new EventSource(live.dataset.live);
  source.addEventListener("message", (event) => renew(JSON.parse(event.data)));
  window.addEventListener("pagehide", () => source.close());
}

for (const all of document.querySelectorAll("[data-all]")) {
  all.hidden = false;
  all.addEventListener("click", () => {
    for (const box of document.querySelectorAll("input[type=checkbox][name=name]")) {
      box.checked = true;
    }
  });
}
