/** The device code: made, shown as digits and QR code, followed until it is used, void or over. */
import { Problem, call } from "/static/js/api.js";
import { hideFault, showFault, whileBusy } from "/static/js/form.js";
import { followCode, showCode } from "/static/js/device-code.js";

const begin = document.getElementById("begin");
const stepUp = document.getElementById("step-up");
const limit = document.getElementById("limit-reached");

function refused(refusal, fault) {
  if (!(refusal instanceof Problem)) throw refusal;
  if (refusal.code === "step_up_required" || refusal.status === 401) {
    stepUp.hidden = false;
    stepUp.querySelector("a").focus(); // the button that was pressed has gone
  }
  else if (refusal.code === "device_limit_reached") limit.hidden = false;
  else showFault(fault, refusal);
}

/** Wires the buttons; `onBound` runs when a phone has used the code, `fault` is the page's box. */
export function watchCodes({ onBound, fault }) {
  const generate = async () => {
    hideFault(fault);
    stepUp.hidden = true;
    limit.hidden = true;
    try {
      const order = await call("POST", "/device-codes");
      showCode(order, begin);
      followCode(order, "/device-codes", onBound);
    } catch (refusal) {
      refused(refusal, fault);
    }
  };
  for (const id of ["generate", "regenerate"]) {
    const button = document.getElementById(id);
    button.addEventListener("click", (event) => {
      event.preventDefault(); // without this script the button posts a form
      whileBusy(button, generate);
    });
  }
}
