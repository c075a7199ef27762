// Where a scanned code or an opened link leads, which depends on whether this phone is bound.

import { recognise } from "./qrtext.js";
import { get } from "./store.js";

/** Return {screen, params} for a text, or null where it is not one of ours. */
export async function destination(text) {
  const found = recognise(text);
  if (found.kind === "foreign") return null;
  const binding = (await get("removed")) ? undefined : await get("binding");
  if (found.kind === "bind")
    return binding ? alreadyBound(binding) : { screen: "bind", params: { text: found.text } };
  return binding ? { screen: "asking", params: { scanned: readAs(found) } } : unbound();
}

/** Return the screen which says whose this phone is already. */
export function alreadyBound(binding) {
  const values = { name: binding.person.name };
  const ways = { main: ["app.home", "home"], other: ["home.phones", "phones"] };
  return {
    screen: "result",
    params: { mark: "info", title: "bind.already.title", lead: "bind.already.lead", values, ...ways },
  };
}

function readAs({ text, byLink }) {
  return byLink ? { text, by_link: true } : { text };
}

function unbound() {
  const ways = { main: ["welcome.title", "welcome"] };
  return {
    screen: "result",
    params: { mark: "info", title: "login.unbound.title", lead: "login.unbound.lead", ...ways },
  };
}
