/** The way out of this session. */
import { call } from "/static/js/api.js";
import { handle } from "/static/js/form.js";

handle(document.getElementById("logout"), async () => {
  await call("DELETE", "/sessions/current");
  window.location.assign("/");
});
