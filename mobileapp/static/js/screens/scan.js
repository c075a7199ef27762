// The camera: looks for one of our codes and goes where it leads.

import { destination } from "../destination.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { button, page } from "../page.js";
import { CameraTrouble, closeCamera, openCamera, readPicture, watch } from "../scanner.js";
import { get } from "../store.js";

/** Show what the camera sees until a code of ours is read; `params.trouble` shows what to do without a camera. */
export async function scan(app, params) {
  const bound = Boolean(await get("binding")) && !(await get("removed"));
  if (params.trouble) return troubled(app, params, bound);
  const video = h("video", {
    class: "camera",
    playsinline: true,
    muted: true,
    testid: "scan-video",
    "aria-hidden": "true",
  });
  video.muted = true;
  const state = h("p", { class: "lead", role: "status", testid: "scan-state" }, t("scan.opening"));
  const frame = h(
    "div",
    { class: "viewfinder" },
    video,
    h("div", { class: "corners", "aria-hidden": "true" }),
  );
  look(app, video, state);
  return page({ title: t("scan.title"), body: [state, frame], actions: [...typed(app, bound), ...picture(app, bound, state), instead(app, bound)] });
}

/** For binding only: the QR code of a login has changed before anybody has saved a picture of it. */
function picture(app, bound, state) {
  if (bound) return [];
  const chosen = h("input", { type: "file", accept: "image/*", hidden: true, testid: "scan-file" });
  chosen.addEventListener("change", () => {
    if (chosen.files.length > 0) readChosen(app, chosen, state);
  });
  const onclick = () => chosen.click();
  return [button(t("scan.picture"), { kind: "plain", sign: "scan", testid: "scan-picture", onclick }), chosen];
}

async function readChosen(app, chosen, state) {
  try {
    const text = await readPicture(chosen.files[0]);
    if (text) await seen(app, text, state);
    else say(state, t("scan.picture.none"));
  } catch (error) {
    if (!(error instanceof CameraTrouble)) throw error;
    say(state, t("scan.broken.lead")); // the reader did not load
  }
  chosen.value = ""; // the same one may be chosen again
}

function say(state, text) {
  state.textContent = text;
  state.classList.add("wrong");
}

function typed(app, bound) {
  if (!bound) return [];
  const onclick = () => app.replace("typed");
  return [button(t("scan.typed"), { kind: "plain", sign: "keyboard", testid: "scan-typed", onclick })];
}

function instead(app, bound, kind = "plain") {
  if (bound)
    return button(t("scan.otp"), {
      kind,
      sign: "code",
      testid: "scan-otp",
      onclick: () => app.replace("otp"),
    });
  return button(t("scan.code"), {
    kind,
    sign: "keyboard",
    testid: "scan-code",
    onclick: () => app.replace("bind"),
  });
}

function troubled(app, { trouble, state }, bound) {
  const again = (kind) =>
    button(t("app.again"), { kind, testid: "scan-again", onclick: () => app.replace("scan") });
  if (!state.classList.contains("wrong")) state.textContent = "";
  return page({
    mark: "failed",
    title: t(`scan.${trouble}.title`),
    lead: t(`scan.${trouble}.lead`),
    body: [state],
    actions:
      trouble === "none"
        ? [...typed(app, bound), instead(app, bound, "main"), ...picture(app, bound, state), again("plain")]
        : [again("main"), ...typed(app, bound), ...picture(app, bound, state), instead(app, bound)],
  });
}

async function look(app, video, state) {
  const { signal } = app;
  signal.addEventListener("abort", () => closeCamera(video));
  // the camera is off while nobody looks, and comes back with the app
  document.addEventListener(
    "visibilitychange",
    () => (document.hidden ? closeCamera(video) : app.replace("scan")),
    { signal },
  );
  try {
    await openCamera(video);
    if (signal.aborted) return closeCamera(video);
    state.textContent = t("scan.looking");
    video.classList.add("live");
    await watch(video, { signal, onText: (text) => seen(app, text, state) });
  } catch (error) {
    if (!(error instanceof CameraTrouble)) throw error;
    // The line goes along: what is said of a picture that was chosen meanwhile is said there.
    if (!signal.aborted) await app.replace("scan", { trouble: error.kind, state });
  }
}

async function seen(app, text, state) {
  const next = await destination(text);
  if (app.signal.aborted) return;
  if (next) await app.replace(next.screen, next.params);
  else if (state.dataset.foreign !== text) {
    state.dataset.foreign = text;
    say(state, t("scan.foreign"));
  }
}
