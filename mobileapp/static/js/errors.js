// The ways a call can end badly. Screens turn each into a sentence that says what to do next.

/** The service said no (problem+json, RFC 9457): `status`, `code`, and `detail` in the reader's language. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = "Refusal";
    this.status = status;
    this.body = body;
    this.code = body.code ?? "";
    this.detail = body.detail ?? "";
    this.retryAfter = body.retry_after;
  }
}

/** The service could not be reached. */
export class Offline extends Error {
  name = "Offline";
}

/** The person did not unlock the phone for it. */
export class Locked extends Error {
  name = "Locked";
}

/** The service no longer knows this phone. */
export class Unbound extends Error {
  name = "Unbound";
}
