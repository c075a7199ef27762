// Elements from plain calls. Text is always text: nothing that was scanned or answered becomes markup.

const SVG = "http://www.w3.org/2000/svg";

const SHAPES = {
  back: ["M15 5l-7 7 7 7"],
  scan: [
    "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3",
    "M4 12h16",
  ],
  code: [
    "M5 7h14a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2z",
    "M7.5 12h.01M12 12h.01M16.5 12h.01",
  ],
  phone: ["M8 3h8a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z", "M11 18h2"],
  keyboard: [
    "M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1z",
    "M7 10h.01M10.5 10h.01M14 10h.01M17 10h.01M8 14h8",
  ],
  signal: ["M4 18v-2M9 18v-6M14 18V9M19 18V5"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.5 20.5c1-4 4-6 7.5-6s6.5 2 7.5 6"],
  next: ["M9 5l7 7-7 7"],
  done: ["M5 12.5l4.5 4.5L19 7"],
  failed: ["M12 7v6", "M12 17h.01"],
  info: ["M12 11v6", "M12 7h.01"],
  wait: ["M12 6v6l4 2"],
  lock: ["M7 11h10a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
};

/** Return an element; `testid` becomes data-testid, `onclick` and its like become listeners. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "testid") element.dataset.testid = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Return an SVG element. */
export function svg(tag, props = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Return a line icon that screen readers pass over. */
export function icon(name) {
  const paths = SHAPES[name].map((d) => svg("path", { d }));
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, ...paths);
}
