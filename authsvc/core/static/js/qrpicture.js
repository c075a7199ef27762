/** QR codes drawn in the browser: error correction M, white margin of 4 modules, only the path changes. */
import { qrcode } from "/static/vendor/qrcode.mjs";

const MARGIN = 4;

/** Draws `content` into an `<svg>` that holds a white `<rect>` and a black `<path>`. */
export function drawQr(picture, content) {
  const code = qrcode(0, "M");
  code.addData(content);
  code.make();
  const count = code.getModuleCount();
  let path = "";
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (!code.isDark(row, column)) continue;
      const start = column;
      while (column + 1 < count && code.isDark(row, column + 1)) column += 1;
      path += `M${start + MARGIN} ${row + MARGIN}h${column - start + 1}v1H${start + MARGIN}z`;
    }
  }
  const side = count + 2 * MARGIN;
  picture.setAttribute("viewBox", `0 0 ${side} ${side}`);
  picture.querySelector("path").setAttribute("d", path);
}
