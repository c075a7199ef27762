/** On every page: moments in the reader's own time, and a change of language that keeps the fragment. */
import { moment } from "/static/js/texts.js";

for (const element of document.querySelectorAll("time[data-local]")) element.textContent = moment(element.dateTime);

const language = document.querySelector(".language");
language?.addEventListener("click", () => { language.hash = window.location.hash; });
