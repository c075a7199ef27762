/** Forms that talk to the API: busy while it runs, errors beside their fields, the first one gets the focus. */
import { Problem } from "/static/js/api.js";
import { CardFault, explain } from "/static/js/card.js";
import { text } from "/static/js/texts.js";

function paragraph(content, className = "") {
  const element = document.createElement("p");
  element.textContent = content;
  if (className) element.className = className;
  return element;
}

/** Leads to the fault's row on the help page; in a tab of its own, so that what was typed here stays. */
function helpLink({ number, code }) {
  const link = document.createElement("a");
  link.href = `/help/reader-errors#${code}`;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = text("reader-help", { number });
  const line = paragraph("");
  line.append(link);
  return line;
}

/** Shows a fault in its box (an element with role alert); with a reader fault its number, cause, remedy and a link to more. */
export function showFault(box, fault) {
  const known = explain(fault);
  const strong = document.createElement("strong");
  const cause = known && !(fault instanceof Problem) ? known.cause : fault.message || text("unknown-problem");
  strong.textContent = known ? `[${known.number}] ${cause}` : cause;
  const lines = known ? [strong, paragraph(known.remedy), helpLink(known)] : [strong];
  box.replaceChildren(...lines);
  box.className = "notice bad";
  box.dataset.code = fault.code ?? "unknown";
  box.hidden = false;
}

export function hideFault(box) {
  box.hidden = true;
  box.replaceChildren();
}

const faultBox = (form) => form.querySelector("[data-fault]");

const describedBy = (input) => (input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);

function describe(input, ids) {
  if (ids.length > 0) input.setAttribute("aria-describedby", ids.join(" "));
  else input.removeAttribute("aria-describedby");
}

/** Puts a message beside the field of that name; false where the form has no such field. */
export function fieldError(form, name, message) {
  const field = form.elements.namedItem(name);
  const input = field instanceof RadioNodeList ? field[0] : field;
  if (!input || input.type === "hidden") return false;
  const line = document.createElement("span");
  line.className = "field-error";
  line.id = `${input.id || input.name}-error`;
  line.textContent = message;
  input.setAttribute("aria-invalid", "true");
  describe(input, [...describedBy(input), line.id]);
  (input.closest(".field") ?? input.parentElement).append(line);
  return true;
}

export function clearErrors(form) {
  for (const line of form.querySelectorAll(".field-error")) {
    const input = form.querySelector(`[aria-describedby~="${CSS.escape(line.id)}"]`);
    if (input) describe(input, describedBy(input).filter((id) => id !== line.id));
    line.remove();
  }
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
  }
  const box = faultBox(form);
  if (box) hideFault(box);
}

export function focusFirstError(form) {
  const input = [...form.querySelectorAll("[aria-invalid=true]")].find((candidate) => candidate.checkVisibility?.() ?? true);
  const target = input ?? faultBox(form);
  if (target === null) return;
  if (!input) target.tabIndex = -1;
  target.focus();
  target.scrollIntoView({ block: "center" });
}

/** Shows whatever went wrong in a form: fields beside fields, the rest in the form's box. */
export function showInForm(form, fault) {
  if (fault.code === "outside_service_hours") return window.location.replace("/login"); // it says when it opens
  const rest = [];
  for (const [name, message] of Object.entries(fault.errors ?? {})) {
    if (!fieldError(form, name, message)) rest.push(message);
  }
  const placed = Object.keys(fault.errors ?? {}).length - rest.length;
  const box = faultBox(form);
  if (box && (placed === 0 || rest.length > 0)) {
    showFault(box, fault);
    for (const message of rest) box.append(paragraph(message));
  }
  if (box && (fault.retryAfter || fault.code === "network")) offerAgain(form, box, fault);
  focusFirstError(form);
}

/** Says what is kept and offers another try, after the pause that the service asked for. */
function offerAgain(form, box, fault) {
  const again = document.createElement("button");
  Object.assign(again, { type: "button", className: "plain", textContent: text("try-again") });
  again.dataset.testid = "try-again";
  again.addEventListener("click", () => form.requestSubmit(form.querySelector("[type=submit]")));
  for (const words of [form.dataset.keeps, fault.note]) if (words) box.append(paragraph(words));
  if (fault.retryAfter) wait([form.querySelector("[type=submit]"), again], box, fault.retryAfter);
  box.append(again);
}

/** Counts a pause down; the buttons come back when it is over. */
function wait(buttons, box, seconds) {
  const line = paragraph("");
  const until = performance.now() + seconds * 1000;
  box.append(line);
  const tick = () => {
    const left = Math.ceil((until - performance.now()) / 1000);
    line.textContent = left > 0 ? text("retry-in", { seconds: left }) : text("retry-now");
    const waiting = left > 0 && box.contains(line);
    for (const button of buttons) if (button) button.disabled = waiting;
    if (waiting) setTimeout(tick, 500);
  };
  tick();
}

/** Shows `view` in the place of `gone`, and puts the focus there, because what had it is no longer to be seen. */
export function replaceView(gone, view) {
  gone.hidden = true;
  view.hidden = false;
  view.tabIndex = -1;
  view.focus();
}

/** Runs `work` while the button says that it is busy; a second press meanwhile does nothing. */
export async function whileBusy(button, work) {
  if (button.getAttribute("aria-busy") === "true") return undefined;
  button.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}

const isFault = (fault) => fault instanceof Problem || fault instanceof CardFault;

/**
 * Makes a form call `work(form)` on submit, and lets it be submitted: its button comes disabled, so that nobody's Enter
 * before this script sends what they typed to the page's address. Refusals are shown; any other error is rethrown.
 */
export function handle(form, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("[type=submit]");
    whileBusy(button, async () => {
      clearErrors(form);
      try {
        await work(form);
      } catch (fault) {
        if (fault.name === "AbortError") return;
        showInForm(form, isFault(fault) ? fault : new Problem(0));
        if (!isFault(fault)) throw fault;
      }
    });
  });
  for (const button of form.querySelectorAll("[type=submit]")) button.disabled = false;
}

/** A form's value, trimmed; undefined where empty, so that optional fields are left out of the JSON. */
export function value(form, name) {
  const content = form.elements.namedItem(name)?.value?.trim() ?? "";
  return content === "" ? undefined : content;
}
