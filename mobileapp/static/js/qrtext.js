// What a scanned text is. Only our own origin counts: a code of another site must never reach a call.

/** Return {kind: "bind" | "login" | "foreign", text} for a scanned text or an opened link. */
export function recognise(text, origin = location.origin) {
  const url = addressOf(text.trim());
  if (!url || url.origin !== origin || url.search || url.hash.length < 2) return { kind: "foreign", text };
  if (url.pathname === "/app/b") return { kind: "bind", text: text.trim() };
  if (url.pathname === "/app/q" && frameOf(text) !== null) return { kind: "login", text: text.trim() };
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
