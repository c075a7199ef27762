// What a scanned text is. Only our own origin counts: a code of another site must never reach a call.

const HERE = ".here"; // what the page's own link has more than its picture: it was tapped on this very phone

/** Return {kind: "bind" | "login" | "foreign", text, byLink} for a scanned text or an opened link. */
export function recognise(text, origin = location.origin) {
  const byLink = text.trim().endsWith(HERE);
  const plain = byLink ? text.trim().slice(0, -HERE.length) : text.trim();
  const url = addressOf(plain);
  if (!url || url.origin !== origin || url.search || url.hash.length < 2) return { kind: "foreign", text };
  if (url.pathname === "/app/b" && !byLink) return { kind: "bind", text: plain };
  if (url.pathname === "/app/q" && frameOf(plain) !== null) return { kind: "login", text: plain, byLink };
  return { kind: "foreign", text };
}

/** Return the age of a login code in whole seconds, the second part after `#`; null where there is none. */
export function frameOf(text) {
  const parts = text.slice(text.indexOf("#") + 1).split(".");
  return parts.length === 3 && /^\d{1,6}$/.test(parts[1]) ? Number(parts[1]) : null;
}

function addressOf(text) {
  try {
    return new URL(text);
  } catch {
    return null; // a QR code may hold anything
  }
}
