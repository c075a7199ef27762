/** The voucher's own page: reads the voucher from the fragment, takes it out of the address, says which phone it means. */
const FORM = /^[A-Za-z0-9_-]{22}\.([A-Za-z0-9_-]{1,64})\.[A-Za-z0-9_-]{43}$/;
const field = document.getElementById("voucher");

/** How the voucher calls its phone; the service checks it with the rest. */
function labelOf(text) {
  const label = FORM.exec(text)?.[1];
  if (!label) return null;
  const bytes = Uint8Array.from(atob(label.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

function read() {
  const text = location.hash.slice(1);
  const label = field && labelOf(text);
  if (!label) return;
  history.replaceState(null, "", location.pathname);
  field.value = text;
  document.querySelector("[data-typed]").hidden = true;
  document.querySelector("[data-unnamed]").hidden = true;
  const named = document.querySelector("[data-named]");
  named.textContent = named.textContent.replace("{label}", label);
  named.hidden = false;
}

addEventListener("hashchange", read);
read();
