/** Whether the browser lets this page talk to the reader component (Local Network Access), and the words about it. */

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/** The reader component's address, without a slash at its end. */
export const componentAddress = () => document.querySelector("meta[name=card-component]").content.replace(/\/$/, "");

const isLoopback = () => LOOPBACK.test(new URL(componentAddress()).hostname);

/** Chrome 145 split the permission of Chrome 142 ("local-network-access") into two; others know neither or one. */
async function status() {
  for (const name of [isLoopback() ? "loopback-network" : "local-network", "local-network-access"]) {
    try {
      return await navigator.permissions.query({ name });
    } catch {
      // this browser does not know the name, or has no such permission at all
    }
  }
  return null;
}

/** Whether the reader can be asked without the browser asking the person: allowed already, or no question at all. */
export async function isSilent() {
  return LOOPBACK.test(window.location.hostname) || ["granted", "unknown"].includes(await readerPermission());
}

/** "granted", "denied", "prompt" (the browser will ask), or "unknown" where the browser does not tell. */
export const readerPermission = async () => (await status())?.state ?? "unknown";

/** What tells the browser beforehand that a request goes to this computer; nothing where it does not understand that. */
export function addressSpace() {
  const told = { targetAddressSpace: "loopback" };
  try {
    return isLoopback() && new Request("/", told) ? told : {};
  } catch {
    return {}; // an older browser knows the option but not this word
  }
}

/** "chromium", "firefox", "safari", or "" for a browser whose menus we do not know. */
export function browserFamily(agent = navigator.userAgent) {
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Chrom(e|ium)\//.test(agent)) return "chromium";
  return /Safari\//.test(agent) ? "safari" : "";
}

/** Shows of every explanation that part which fits the state, with the steps of this browser. */
function explain(state) {
  for (const part of document.querySelectorAll("[data-reader-permission] [data-when]")) part.hidden = part.dataset.when !== state;
}

const family = browserFamily();
for (const steps of document.querySelectorAll("[data-steps-for]")) steps.hidden = family !== "" && steps.dataset.stepsFor !== family;

/** Runs `changed(state)` now and whenever the person changes their mind in the browser's own menu. */
export async function followPermission(changed) {
  const found = await status();
  changed(found?.state ?? "unknown");
  found?.addEventListener("change", () => changed(found.state));
}

if (document.querySelector("[data-reader-permission]")) followPermission(explain);
