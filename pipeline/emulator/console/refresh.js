"use strict";
async function refresh() {
  try {
    const answer = await fetch("/", { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["live", "now"]) {
      document.getElementById(id).replaceWith(fresh.getElementById(id));
    }
  } catch {
    document.getElementById("now").textContent = "the emulator has ended";
  }
  setTimeout(refresh, document.hidden ? 10000 : 2000);
}
setTimeout(refresh, 2000);
