// What people type into the form about their number, as it is sent.

/** Return a typed mobile number as ten digits (09…), from national or international form; null where it is none. */
export function readMobile(typed) {
  const digits = plain(typed)
    .replace(/[\s()\u2010-\u2015-]/g, "")
    .replace(/^(?:\+|00)8860?/, "0");
  return /^09\d{8}$/.test(digits) ? digits : null;
}

/** Return the last four digits of a card number, null where they are not four. */
export function readDigits(typed) {
  const digits = plain(typed).replace(/\s/g, "");
  return /^\d{4}$/.test(digits) ? digits : null;
}

// Full-width digits come from Chinese keyboards.
function plain(typed) {
  return typed.normalize("NFKC");
}
