// What the phone remembers, in IndexedDB: CryptoKey objects can live there without their bytes ever being seen.
//
//   device-key  {privateKey, publicJwk}          otp-key   HMAC CryptoKey
//   binding     {device, person, otp}            tokens    {access_token, refresh_token, expires_at (ms)}
//   clock       {offset, bias, contact} in ms    removed   true, once the service no longer knows this phone
//   unlock      see unlock.js                    otp-seed  {privateKey, theirs, deviceId} until the unlock is set up
//   receipts    see receipts.js                  next-key, rekey   see rotation.js
//   attempt     see verification.js, while the phone is bound by its number

const NAME = "phone";
const SHELF = "things";

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(SHELF);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function transact(mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(SHELF, mode);
    const request = work(transaction.objectStore(SHELF));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Return the thing kept under a name, or undefined. */
export function get(name) {
  return transact("readonly", (shelf) => shelf.get(name));
}

/** Keep several things at once, and forget those whose value is undefined: all of it, or nothing. */
export function keep(things) {
  return transact("readwrite", (shelf) => {
    for (const [name, value] of Object.entries(things)) {
      if (value === undefined) shelf.delete(name);
      else shelf.put(value, name);
    }
  });
}

/** Forget the binding and every key of it. */
export function forgetBinding() {
  return keep({
    "device-key": undefined,
    "otp-key": undefined,
    "otp-seed": undefined,
    unlock: undefined,
    binding: undefined,
    receipts: undefined,
    tokens: undefined,
    removed: undefined,
    attempt: undefined,
    "next-key": undefined,
    rekey: undefined,
  });
}
