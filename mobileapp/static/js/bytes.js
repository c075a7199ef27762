// Bytes, text and base64url without padding (RFC 4648 section 5).

const utf8 = new TextEncoder();

/** Return the UTF-8 bytes of a text. */
export function bytesOf(text) {
  return utf8.encode(text);
}

/** Return bytes (or an ArrayBuffer) as base64url without padding. */
export function base64url(bytes) {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Return the bytes of base64url without padding. */
export function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (mark) => mark.charCodeAt(0));
}

/** Return the SHA-256 of a text as bytes. */
export async function digest(text) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(text)));
}

/** Return the SHA-256 of a text as base64url. */
export async function sha256(text) {
  return base64url(await digest(text));
}

/** Return a fresh identifier of 128 random bits. */
export function randomId() {
  return base64url(crypto.getRandomValues(new Uint8Array(16)));
}
