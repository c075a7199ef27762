/** The page where a file is chosen: looked at at once, dropped or picked, and sent while one sees how far it is. */
import { Problem } from "/static/js/api.js";
import { hideFault, showFault, whileBusy } from "/static/js/form.js";
import { text } from "/static/js/texts.js";
import { check, nameFault } from "/static/batch/js/check.js";

const form = document.getElementById("upload");
const input = form.elements.namedItem("file");
const encoding = form.elements.namedItem("encoding");
const box = document.getElementById("check");
const fault = form.querySelector("[data-fault]");
const drop = document.getElementById("drop");
const { unit, name: today, most, email, mobile, phone } = form.dataset;
const patterns = { email, mobile, phone };
const SHOWN = 10;
let asked = 0;

function paragraph(words) {
  const line = document.createElement("p");
  line.textContent = words;
  return line;
}

const named = (row) => (row === 0 ? text("the-file") : text("row", { row }));

function listOf(faults, kind) {
  const list = document.createElement("ul");
  for (const { row, reason } of faults.slice(0, SHOWN)) {
    const line = document.createElement("li");
    line.dataset.row = row;
    line.dataset.reason = reason;
    line.textContent = text("fault-of", { row: named(row), fault: text(`${kind}-${reason}`) });
    list.append(line);
  }
  return list;
}

function say(state, ...parts) {
  box.className = `notice ${state}`;
  box.dataset.state = state || "looking";
  box.replaceChildren(...parts);
  box.hidden = false;
}

function sayChecked({ rows, file, some, bad }) {
  const faults = file.length || bad;
  const more = faults > SHOWN ? [paragraph(text("check-more", { more: faults - SHOWN }))] : [];
  if (file.length > 0) return say("bad", paragraph(text("check-bad")), listOf(file, "file"), ...more);
  if (bad === 0) return say("good", paragraph(text("check-good", { rows })));
  return say("warn", paragraph(text("check-some", { rows, bad })), listOf(some, "row"), ...more);
}

async function look() {
  const file = input.files[0];
  const mine = (asked += 1);
  hideFault(fault);
  if (!file) {
    box.hidden = true;
    return;
  }
  if (file.size > Number(most)) {
    say("bad", paragraph(text("too-large")));
    return;
  }
  say("", paragraph(text("checking")));
  const found = await check(file, { encoding: encoding.value, patterns });
  const wrong = nameFault(file.name, today);
  if (wrong) found.file.unshift({ row: 0, reason: wrong });
  if (mine === asked) sayChecked(found);
}

/** Sends the form and tells how much of it is gone; the answer's JSON, or a `Problem`. */
function send(onProgress) {
  const body = new FormData();
  body.append("file", input.files[0]);
  body.append("encoding", encoding.value);
  const request = new XMLHttpRequest();
  request.open("POST", `/api/v1/units/${unit}/batches`);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Accept-Language", document.documentElement.lang);
  request.upload.addEventListener("progress", onProgress);
  return new Promise((resolve, reject) => {
    request.addEventListener("load", () => {
      if (request.status < 300 && request.response) resolve(request.response);
      else reject(new Problem(request.status, request.response ?? {}));
    });
    request.addEventListener("error", () => {
      reject(new Problem(0, { code: "network", detail: text("network") }));
    });
    request.send(body);
  });
}

function tellProgress({ loaded, total }) {
  const bar = document.getElementById("progress");
  const percent = Math.floor((100 * loaded) / total);
  bar.hidden = false;
  bar.querySelector("progress").value = percent;
  bar.querySelector("span").textContent = percent < 100 ? text("uploading", { share: `${percent} %` }) : text("judging");
}

function showRefusal(refusal) {
  document.getElementById("progress").hidden = true;
  box.hidden = true;
  showFault(fault, refusal);
  const rows = Object.entries(refusal.errors ?? {});
  const list = document.createElement("ul");
  for (const [row, words] of rows) {
    const line = document.createElement("li");
    line.textContent = text("fault-of", { row: named(row === "file" ? 0 : row), fault: words });
    list.append(line);
  }
  if (rows.length > 0) fault.append(list);
  fault.tabIndex = -1;
  fault.focus();
}

async function upload() {
  hideFault(fault);
  try {
    const { id, duplicate } = await send(tellProgress);
    window.location.assign(`/units/${unit}/batches/${id}${duplicate ? "?same=1" : ""}`);
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    if (refusal.code === "login_required" || refusal.code === "step_up_required") window.location.reload();
    else showRefusal(refusal);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  whileBusy(form.querySelector("[type=submit]"), upload);
});
input.addEventListener("change", look);
encoding.addEventListener("change", look);
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.dataset.over = "";
  });
}
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => { delete drop.dataset.over; });
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length === 0) return;
  input.files = event.dataTransfer.files;
  look();
});
drop.querySelector("[data-drop-hint]").hidden = false;
if (input.files.length > 0) look(); // the browser kept it when one came back
