/** Asks again where the service was not reached, or could not answer now: what it granted must not hang on one packet. */
import { Problem } from "/static/js/api.js";
import { pause } from "/static/js/texts.js";

const FIRST_REST = 500; // ms, doubled up to the longest
const LONGEST_REST = 4000;
const MINUTE = 60_000; // ms: as long as an approved order can be collected

const CLOSED = "outside_service_hours"; // for hours: nobody waits for that

/** Whether a fault says nothing about what was asked: no answer, too many at once, or a server in trouble. */
export const isPassing = (fault) =>
  fault instanceof Problem && fault.code !== CLOSED && (fault.status === 0 || fault.status === 429 || fault.status >= 500);

/** Runs `work` until it succeeds or is really refused, for a minute at most or until the signal; throws the last fault. */
export async function insist(work, signal) {
  const until = performance.now() + MINUTE;
  for (let rest = FIRST_REST; ; rest = Math.min(rest * 2, LONGEST_REST)) {
    try {
      return await work();
    } catch (fault) {
      const left = until - performance.now();
      if (!isPassing(fault) || left <= 0 || signal?.aborted) throw fault;
      await pause(Math.min(fault.retryAfter ? fault.retryAfter * 1000 : rest, left));
      if (signal?.aborted) throw fault;
    }
  }
}
