/** My phones: the list, unbinding and loss. */
import { Problem, call } from "/static/js/api.js";
import { hideFault, showFault, whileBusy } from "/static/js/form.js";
import { text } from "/static/js/texts.js";
import { watchCodes } from "/static/devicebind/js/code.js";

const list = document.getElementById("devices");
const dialog = document.getElementById("sure");
const fault = document.getElementById("devices-fault");
const done = document.getElementById("done-message");
const ACTS = {
  unbind: (device) => call("DELETE", `/devices/${device.id}`),
  lost: (device) => call("POST", `/devices/${device.id}/loss-reports`),
};
/** Wires the buttons of the list; without this script they lead to pages of their own. */
function wire() {
  for (const button of list.querySelectorAll("[data-act]"))
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const { id, name } = button.closest("li").dataset;
      ask(button.dataset.act, { id, name });
    });
}

/** Takes the list anew from the page; phones that were not there before are marked. */
async function load() {
  const known = new Set([...list.children].map((item) => item.dataset.id));
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("devices");
  if (!fresh) return location.reload(); // logged out meanwhile
  list.replaceChildren(...fresh.children);
  for (const item of list.children) item.classList.toggle("new", !known.has(item.dataset.id));
  list.hidden = list.children.length === 0;
  document.getElementById("no-devices").hidden = !list.hidden;
  wire();
}

/** Shows the phone that has just been bound, and the way to its voucher. */
async function bound(phone) {
  const voucher = document.getElementById("bound-voucher");
  voucher.href = `/devices/${phone}/voucher`;
  voucher.hidden = false;
  await load();
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
    done.focus(); // the phone's own buttons are gone with it
  });
  dialog.querySelector("[data-no]").onclick = () => dialog.close();
  dialog.showModal();
}

wire();
watchCodes({ onBound: bound, fault });
