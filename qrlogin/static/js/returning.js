/** What a browser keeps while its phone's app decides: the tab's key, by the order. The page itself may be gone by then. */

const NAME = "qr-login";
const SHELF = "tabs";
const LIFE = 5 * 60_000; // ms: longer than an order and its minute to collect

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(SHELF);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function transact(mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(SHELF, mode);
    const request = work(transaction.objectStore(SHELF));
    transaction.oncomplete = () => { database.close(); resolve(request.result); };
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Keeps a tab's key and where it wanted to go, for the page that comes back; the key's bytes are never seen. */
export async function keepForReturn(orderId, { pair, next }) {
  await forgetReturn();
  await transact("readwrite", (shelf) => shelf.put({ pair, next, at: Date.now() }, orderId));
}

/** Clears what was kept, when it has done its work or can do none any more. */
export const forgetReturn = () => transact("readwrite", (shelf) => shelf.clear());

/** What was kept for an order; undefined in another browser, or too late. */
export async function keptForReturn(orderId) {
  const kept = await transact("readonly", (shelf) => shelf.get(orderId));
  return kept && Math.abs(Date.now() - kept.at) < LIFE ? kept : undefined;
}
