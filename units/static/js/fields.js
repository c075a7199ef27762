/** What the forms about units have in common. */
import { value } from "/static/js/form.js";

export const ticked = (form, name) => form.elements.namedItem(name).checked;

/** Telephone, mobile and e-mail as the API takes them; what is empty is left out. */
export function reached(form) {
  const mobile = value(form, "mobile")?.replaceAll(/[\s-]/g, "");
  return { phone: value(form, "phone"), mobile, email: value(form, "email") };
}
