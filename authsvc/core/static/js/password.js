/** New passwords: show and hide, the meter, and the checks that need no server. */
import "/static/js/password-hints.js";
import { text } from "/static/js/texts.js";

const SHORTEST = 6;
const LONGEST = 12;
const STRONG_LENGTH = 8;
const CLASSES = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/];

/** 0 nothing yet, 1 weak, 2 medium, 3 strong-ish, 4 strong (all four classes and 8 or more). */
export function strength(password) {
  if (password === "") return 0;
  if (password.length < SHORTEST) return 1;
  const classes = CLASSES.filter((pattern) => pattern.test(password)).length;
  if (classes === CLASSES.length) return password.length >= STRONG_LENGTH ? 4 : 3;
  return classes;
}

/** Field errors of a new password typed twice; empty when fine. */
export function passwordErrors(password, again) {
  const errors = {};
  if (password.length < SHORTEST || password.length > LONGEST) errors.password = text("password-length");
  else if (password !== again) errors.password_again = text("password-differs");
  return errors;
}

function watch(input, meter) {
  const words = ["", "meter-weak", "meter-medium", "meter-strongish", "meter-strong"];
  input.addEventListener("input", () => {
    const level = strength(input.value);
    meter.dataset.level = level;
    meter.querySelector("output").textContent = level === 0 ? "" : text(words[level]);
  });
}

for (const meter of document.querySelectorAll("[data-meter]")) watch(document.getElementById(meter.dataset.meter), meter);

for (const button of document.querySelectorAll("[data-show]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const input = document.getElementById(button.dataset.show);
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.textContent = text(shown ? "show" : "hide");
  });
}
