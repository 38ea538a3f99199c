// Copies values, and looks again while something is under way. Everything else works without script.
"use strict";

const copy = async (button) => {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy");
  }
  const label = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = label; }, 1500);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) copy(button);
});

// A form that was sent is not sent twice.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

const seconds = Number(document.body.dataset.refresh);
const refresh = async () => {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) { location.reload(); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("main");
    const shown = document.querySelector("main");
    // What somebody is typing or reading stays: only a changed page is put in place.
    if (fresh && fresh.innerHTML !== shown.innerHTML && !shown.contains(document.activeElement)) {
      shown.replaceChildren(...fresh.childNodes);
    }
    if (page.body.dataset.refresh) setTimeout(refresh, seconds * 1000);
  } catch {
    setTimeout(refresh, seconds * 5000);
  }
};
if (seconds > 0) setTimeout(refresh, seconds * 1000);
