"use strict";

// Keys for whoever decides on many replies: they press what is on the page, and nothing while somebody types.
const keys = new Map([...document.querySelectorAll("[data-key]")].map((one) => [one.dataset.key, one]));
if (keys.size) {
  document.querySelectorAll(".keys").forEach((one) => { one.hidden = false; });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=radio]), select, textarea");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    keys.get(event.key)?.click();
  });
}

document.querySelectorAll("[data-copy]").forEach((field) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = field.dataset.copy;
  button.addEventListener("click", () => {
    field.select();
    navigator.clipboard?.writeText(field.value);
  });
  field.after(button);
});

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
