/** My phones: the list, unbinding and loss. */
import { Problem, call } from "/static/js/api.js";
import { hideFault, showFault, whileBusy } from "/static/js/form.js";
import { moment, text } from "/static/js/texts.js";
import { watchCodes } from "/static/devicebind/js/code.js";

const list = document.getElementById("devices");
const row = document.getElementById("device-row");
const dialog = document.getElementById("sure");
const fault = document.getElementById("devices-fault");
const done = document.getElementById("done-message");
const ACTS = {
  unbind: (device) => call("DELETE", `/devices/${device.id}`),
  lost: (device) => call("POST", `/devices/${device.id}/loss-reports`),
};
let known = null;

function item(device) {
  const element = row.content.firstElementChild.cloneNode(true);
  const put = (name, content) => { element.querySelector(`[data-${name}]`).textContent = content; };
  element.dataset.id = device.id;
  put("name", device.name);
  put("model", [device.model, device.platform].filter(Boolean).join(" · "));
  put("bound", moment(device.bound_at));
  put("used", moment(device.last_used_at) || text("never-used"));
  for (const button of element.querySelectorAll("[data-act]")) {
    button.setAttribute("aria-label", `${button.textContent.trim()}: ${device.name}`);
    button.addEventListener("click", () => ask(button.dataset.act, device));
  }
  element.classList.toggle("new", known !== null && !known.has(device.id));
  return element;
}

/** Draws the list anew; phones that were not there before are marked. */
async function load() {
  let answer;
  try {
    answer = await call("GET", "/devices");
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    list.replaceChildren();
    list.removeAttribute("aria-busy");
    showFault(fault, refusal);
    return;
  }
  const devices = Array.isArray(answer) ? answer : answer.devices;
  list.replaceChildren(...devices.map(item));
  list.removeAttribute("aria-busy");
  list.hidden = devices.length === 0;
  document.getElementById("no-devices").hidden = devices.length > 0;
  known = new Set(devices.map(({ id }) => id));
}

function ask(act, device) {
  const box = dialog.querySelector("[data-dialog-fault]");
  const yes = dialog.querySelector("[data-yes]");
  hideFault(box);
  done.hidden = true;
  dialog.querySelector("h2").textContent = text(`${act}-title`, device);
  dialog.querySelector("[data-question]").textContent = text(`${act}-question`);
  yes.textContent = text(`${act}-yes`);
  yes.onclick = () => whileBusy(yes, async () => {
    try {
      await ACTS[act](device);
    } catch (refusal) {
      if (!(refusal instanceof Problem)) throw refusal;
      showFault(box, refusal);
      return;
    }
    dialog.close();
    done.textContent = text(`${act}-done`, device);
    done.hidden = false;
    await load();
  });
  dialog.querySelector("[data-no]").onclick = () => dialog.close();
  dialog.showModal();
}

load();
watchCodes({ onBound: load, fault });
