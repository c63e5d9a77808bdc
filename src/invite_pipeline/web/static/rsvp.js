// What the form gains by script: only the fields that matter are shown, and what is hidden is not sent.
// Without it every field is there, and the server reads the form alike.
"use strict";

(() => {
  const summary = document.querySelector("[data-summary]");
  if (summary) summary.focus();

  const form = document.querySelector("form[data-answer]");
  if (!form) return;

  const show = (part, shown) => {
    part.hidden = !shown;
    const controls = part.matches("fieldset") ? [part] : part.querySelectorAll("input, select, textarea");
    controls.forEach((control) => { control.disabled = !shown; });
  };
  const chosen = (name) => form.querySelector(`input[name="${name}"]:checked`)?.value;

  const update = () => {
    const answer = chosen("answer");
    form.querySelectorAll("[data-if-yes]").forEach((part) => show(part, answer === "yes"));
    form.querySelectorAll("[data-if-answered]").forEach((part) => show(part, Boolean(answer)));
    const persons = Number(form.querySelector("select[name=persons]").value);
    form.querySelectorAll("[data-row]").forEach((row) => {
      const number = Number(row.dataset.row);
      show(row, answer === "yes" && number <= persons);
      const role = chosen(`person-${number}-role`);
      row.querySelectorAll("[data-if-named]").forEach((part) => show(part, !role?.startsWith("invitee")));
      row.querySelectorAll("[data-if-deputy]").forEach((part) => show(part, role === "deputy"));
    });
  };

  form.addEventListener("change", update);
  // One click is enough: the button rests while the answer is on its way.
  form.addEventListener("submit", () => setTimeout(() => { form.querySelector("button").disabled = true; }));
  addEventListener("pageshow", () => { form.querySelector("button").disabled = false; update(); });
  update();
})();
