// The terms of use as the website shows them, taken over as plain text: headings, paragraphs and lists, no markup.

import { h } from "./dom.js";
import { Offline } from "./errors.js";
import { language } from "./i18n.js";

const PATIENCE = 15_000; // ms
const TAGS = ["H3", "P", "UL", "LI"];

/** Return {version, nodes} of the terms in the reader's language; raises Offline. */
export async function loadTerms() {
  const text = await asked();
  const region = new DOMParser().parseFromString(text, "text/html").querySelector("[data-terms-version]");
  if (!region) throw new Offline("no terms in the answer");
  return { version: region.dataset.termsVersion, nodes: [...region.children].map(plain) };
}

async function asked() {
  try {
    const headers = { "Accept-Language": language() };
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch("/registration/terms", { headers, credentials: "omit", signal });
    if (!answer.ok) throw new Offline(`HTTP ${answer.status}`);
    return await answer.text();
  } catch (error) {
    throw error instanceof Offline ? error : new Offline(error.message, { cause: error });
  }
}

function plain(element) {
  const tag = TAGS.includes(element.tagName) ? element.tagName.toLowerCase() : "p";
  return element.children.length > 0 ? h(tag, {}, ...[...element.children].map(plain)) : h(tag, {}, element.textContent);
}
