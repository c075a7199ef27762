/** The card reader beside the browser: what it holds, and proofs of a card's presence. */
import { Problem, call } from "/static/js/api.js";
import { addressSpace, componentAddress, readerPermission } from "/static/js/reader-permission.js";

/** A fault of reader, card or component. `number` is the help desk's, `code` tells its faults apart. */
export class CardFault extends Error {
  constructor(number, code, detail = "") {
    super(detail);
    this.number = String(number);
    this.code = code;
  }
}

async function ask(path, body) {
  let answer;
  try {
    answer = await fetch(componentAddress() + path, body === undefined ? { cache: "no-store", ...addressSpace() } : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...addressSpace(),
    });
  } catch {
    // The browser says only that it failed; whether it was the person's "Block" stands in the permission.
    throw new CardFault(61006, await readerPermission() === "denied" ? "permission_refused" : "component_unreachable");
  }
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new CardFault(content.reader_code ?? 8013, content.code ?? "", content.detail ?? "");
  return content;
}

/** What the component sees: `{version, readers: [{name, card}]}`. Throws `CardFault`. */
export const readStatus = () => ask("/status");

/** The card of that kind (or of one of those), or `CardFault`: 8013 without a reader, 9056 without a card, 9057 for one that cannot be read, `wrong_card` for another kind. */
export async function requireCard(kind) {
  const { readers = [] } = await readStatus();
  if (readers.length === 0) throw new CardFault(8013, "reader_unavailable");
  const cards = readers.map((reader) => reader.card).filter(Boolean);
  const unread = readers.find((reader) => reader.reader_code);
  if (cards.length === 0 && unread) throw new CardFault(unread.reader_code, unread.code);
  if (cards.length === 0) throw new CardFault(9056, "card_absent");
  const kinds = [kind].flat();
  const card = cards.find((candidate) => kinds.includes(candidate.kind));
  if (!card) throw new CardFault(9057, `wrong_card_${kinds[0]}`);
  return card;
}

/** A fresh `card_proof` for this purpose: challenge from the service, signature from the card, which may want its PIN. */
export async function proveCard(purpose, kind = "nhi", pin = undefined) {
  await requireCard(kind);
  const challenge = await call("POST", "/card-challenges", { purpose });
  const signed = await ask("/sign", {
    origin: window.location.origin, purpose, challenge_id: challenge.id, nonce: challenge.nonce, pin,
  });
  return { challenge_id: challenge.id, certificate: signed.certificate, signature: signed.signature };
}

/** Cause and remedy of a fault, cloned from the page's table; null for what is not a fault of the card. */
export function explain(fault) {
  const number = fault instanceof CardFault ? fault.number : fault instanceof Problem ? fault.readerCode : undefined;
  if (number === undefined || number === null) return null;
  const rows = [...document.querySelectorAll(`#reader-errors [data-number="${CSS.escape(String(number))}"]`)];
  const row = rows.find((candidate) => candidate.dataset.code === fault.code)
    ?? document.querySelector(`#reader-errors [data-code="${CSS.escape(fault.code)}"]`) ?? rows[0];
  if (!row) return null;
  return { number: String(number), code: row.dataset.code, cause: row.querySelector("[data-cause]").textContent.trim(), remedy: row.querySelector("[data-remedy]").textContent.trim() };
}
