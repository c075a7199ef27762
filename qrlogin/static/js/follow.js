/** Follows an order: by its event stream, and by long polls where the stream is absent. */
import { Problem, call } from "/static/js/api.js";
import { pause } from "/static/js/texts.js";

const FINAL = new Set(["approved", "denied", "expired", "used"]);
const QUICK = 1500;
const REST = 2000;
const LASTED = 5000;

export const isFinal = (status) => FINAL.has(status);

/** Whether nothing more is to be heard; a login that goes on in another page of this browser is heard to its end. */
export const isOver = ({ status, return_here: here }) => isFinal(status) && !(status === "approved" && here);

/** Long polls until a final state; an answer that came at once means that there is no push: then every 2 s. */
async function poll(order, heard, signal, seen) {
  while (!signal.aborted) {
    const begun = performance.now();
    let answer = null;
    try {
      answer = await call("GET", `/qr-logins/${order.id}?wait=25&seen=${seen}`, undefined, { signal });
    } catch (fault) {
      if (signal.aborted) return;
      if (!(fault instanceof Problem)) throw fault;
      if (fault.status === 404 || fault.status === 410) heard.told({ status: "expired", step: "expired" });
      if (fault.status >= 400 && fault.status < 500 && fault.status !== 429) return;
      await pause((fault.retryAfter ?? 2) * 1000);
      continue;
    }
    if (signal.aborted) return;
    if (answer.frame) heard.frame({ text: answer.frame.text, typed_code: answer.typed_code });
    heard.told(answer);
    seen = answer.status;
    if (isOver(answer)) return;
    if (performance.now() - begun < QUICK) await pause(REST);
  }
}

/** Calls `heard.told({status, step, …})` and `heard.frame({text, typed_code})` until a final state or the signal; never both ways at once. */
export function follow(order, heard, signal) {
  const stream = new EventSource(order.events_url);
  let last = { status: "waiting" };
  let opened = Infinity;
  stream.addEventListener("open", () => (opened = performance.now()));
  stream.addEventListener("state", (event) => {
    last = JSON.parse(event.data);
    heard.told(last);
    if (isOver(last)) stream.close();
  });
  stream.addEventListener("frame", (event) => heard.frame(JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    if (signal.aborted || isOver(last)) return;
    if (stream.readyState === EventSource.CONNECTING && performance.now() - opened > LASTED) {
      opened = Infinity; // a stream that lasted comes back by itself, once: its process was restarted
      return;
    }
    stream.close();
    poll(order, heard, signal, last.status);
  });
  signal.addEventListener("abort", () => stream.close());
}
