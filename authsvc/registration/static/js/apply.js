/** The wizard of card registration: reader, terms, card and household, account, sent. */
import { Problem, call } from "/static/js/api.js";
import { CardFault, requireCard } from "/static/js/card.js";
import { clearErrors, fieldError, focusFirstError, handle, hideFault, showFault, value, whileBusy } from "/static/js/form.js";
import { passwordErrors } from "/static/js/password.js";
import { moment, text } from "/static/js/texts.js";
import { followPermission } from "/static/js/reader-permission.js";
import { checkBrowser, checkEnvironment, sayPermission } from "/static/registration/js/environment.js";
import { forgetReading, householdErrors, sendWithIdentity } from "/static/registration/js/proofs.js";

const form = document.getElementById("registration");
const sections = [...document.querySelectorAll("[data-step]")];
const marks = [...document.querySelectorAll(".steps > li")];
const fault = document.querySelector("[data-card-fault]");
let holder = null;
let step = 1;
let started = false; // nothing asks the component before the person said so, now or at an earlier visit

function go(number) {
  step = number;
  for (const section of sections) section.hidden = Number(section.dataset.step) !== number;
  for (const [index, mark] of marks.entries()) {
    mark.className = index + 1 < number ? "done" : "";
    if (index + 1 === number) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  }
  const title = document.getElementById(`step-${number}-title`);
  title.focus({ preventScroll: true });
  document.querySelector(".steps").scrollIntoView({ block: "start" });
}

function showErrors(errors) {
  clearErrors(form);
  for (const [name, message] of Object.entries(errors)) fieldError(form, name, message);
  focusFirstError(form);
  return Object.keys(errors).length === 0;
}

async function readCard() {
  forgetReading();
  hideFault(fault);
  holder = null;
  document.querySelector("[data-testid=card-name]").hidden = true;
  try {
    holder = await requireCard("nhi");
  } catch (found) {
    if (!(found instanceof CardFault)) throw found;
    showFault(fault, found);
    return;
  }
  document.querySelector("[data-card-name]").textContent = holder.name;
  const last4 = holder.card_number?.slice(-4);
  document.querySelector("[data-card-number]").textContent = last4 ? text("card-number", { last4 }) : "";
  document.querySelector("[data-testid=card-name]").hidden = false;
  document.getElementById("card-prompt").hidden = true;
}

function cardAndHouseholdDone() {
  if (holder === null) {
    showFault(fault, new Problem(0, { code: "read_first", detail: text("read-first") }));
    document.querySelector("[data-read]").focus();
    return false;
  }
  return showErrors(householdErrors(form));
}

function accountErrors() {
  const errors = passwordErrors(form.elements.namedItem("password").value, form.elements.namedItem("password_again").value);
  for (const name of ["email", "mobile"]) if (!value(form, name)) errors[name] = text("required");
  for (const name of ["email", "backup_email"]) {
    if (value(form, name) && !form.elements.namedItem(name).checkValidity()) errors[name] = text("email-form");
  }
  const mobile = value(form, "mobile")?.replaceAll(/[\s-]/g, "");
  if (mobile && !/^09[0-9]{8}$/.test(mobile)) errors.mobile = text("mobile-form");
  return errors;
}

async function send() {
  if (!showErrors(accountErrors())) return;
  const facts = {
    password: form.elements.namedItem("password").value,
    email: value(form, "email"), backup_email: value(form, "backup_email"),
    phone: value(form, "phone"), mobile: value(form, "mobile").replaceAll(/[\s-]/g, ""),
    terms_version: value(form, "terms_version"),
  };
  let answer;
  try {
    answer = await sendWithIdentity(form, "register", (identity) => call("POST", "/registrations", { ...identity, ...facts }));
  } catch (refusal) {
    const named = [refusal.code ?? "", ...Object.keys(refusal.errors ?? {})];
    if (named.some((name) => name.startsWith("household"))) go(3);
    throw refusal;
  }
  document.querySelector("[data-sent-to]").textContent = facts.email;
  document.querySelector("[data-until]").textContent = text("until", { moment: moment(answer.expires_at) });
  form.reset();
  go(5);
}

function warnOfLossyDomain(name) {
  const lossy = form.dataset.lossyDomains.split(" ").filter(Boolean);
  const line = form.querySelector(`[data-warning-for="${name}"]`);
  form.elements.namedItem(name).addEventListener("change", () => {
    const domain = value(form, name)?.split("@")[1]?.toLowerCase();
    line.hidden = !lossy.includes(domain);
    line.textContent = line.hidden ? "" : text("lossy-domain", { domain });
  });
}

async function recheck() {
  started = true;
  const ready = await checkEnvironment();
  document.querySelector("[data-before-check]").hidden = true;
  document.querySelector("[data-check]").hidden = true;
  for (const later of document.querySelectorAll("[data-step='1'] :is([data-next], [data-recheck])")) later.hidden = false;
  document.querySelector("[data-step='1'] [data-next]").classList.toggle("plain", !ready);
  document.querySelector("[data-recheck]").classList.toggle("plain", ready);
}

for (const button of document.querySelectorAll("[data-next]")) {
  button.addEventListener("click", () => {
    if (step !== 3 || cardAndHouseholdDone()) go(step + 1);
    if (step === 3 && holder === null) readCard();
  });
}
for (const button of document.querySelectorAll("[data-back]")) button.addEventListener("click", () => go(step - 1));
for (const button of document.querySelectorAll("[data-check], [data-recheck]")) {
  button.addEventListener("click", () => whileBusy(button, async () => {
    await recheck();
    if (document.activeElement === document.body) document.querySelector("[data-step='1'] button:not([hidden], .plain)").focus();
  }));
}
const readButton = document.querySelector("[data-read]");
readButton.addEventListener("click", () => whileBusy(readButton, readCard));
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || step !== 3 || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  if (cardAndHouseholdDone()) go(4);
});
warnOfLossyDomain("email");
warnOfLossyDomain("backup_email");
handle(form, send);
checkBrowser();
followPermission((state) => {
  if (!started) sayPermission(state);
  if (state === "granted" && step === 1) recheck();
});
