/**
 * Looks at a file before it is uploaded, as the service will (batch/reading.py): line by line, never the whole of it.
 * Answers { rows, file: [{ row, reason }], some: [{ row, reason }], bad } - faults of the file, the first faults of rows
 * and how many rows have one.
 */
const MOST_ROWS = 50_000;
const MOST_BLANKS = 1_000;
const MOST_FAULTS = 20;
const LONGEST_LINE = 2048;
const COLUMNS = 4;
const FORMULAS = ["=", "+", "-", "@"];
const BLANKS = /^(?:(?!\uFEFF)[\s\x1c-\x1f\x85])+|(?:(?!\uFEFF)[\s\x1c-\x1f\x85])+$/g; // what Python strips
const LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO";
const WEIGHTS = [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1];

const valueOf = (letter) => LETTERS.indexOf(letter) + 10;

/** Whether a normalised number is a national ID or residence certificate number with a right check digit. */
export function isNationalId(number) {
  if (!/^[A-Z][1289A-D][0-9]{8}$/.test(number)) return false;
  const first = valueOf(number[0]);
  const second = /[0-9]/.test(number[1]) ? Number(number[1]) : valueOf(number[1]) % 10;
  const digits = [Math.floor(first / 10), first % 10, second, ...[...number.slice(2)].map(Number)];
  return digits.reduce((sum, digit, at) => sum + digit * WEIGHTS[at], 0) % 10 === 0;
}

/** The cells of a line (RFC 4180), null where a quotation mark stands in a wrong place. */
export function cellsOf(line) {
  const cells = [];
  let at = 0;
  for (;;) {
    let cell = "";
    if (line[at] === '"') {
      for (at += 1; ; at += 1) {
        const end = line.indexOf('"', at);
        if (end < 0) return null;
        cell += line.slice(at, end);
        at = end + 1;
        if (line[at] !== '"') break;
        cell += '"';
      }
      if (at < line.length && line[at] !== ",") return null;
    } else {
      const end = line.indexOf(",", at);
      cell = line.slice(at, end < 0 ? line.length : end);
      at = end < 0 ? line.length : end;
    }
    cells.push(cell);
    if (at >= line.length) return cells;
    at += 1;
  }
}

const strip = (text) => text.replace(BLANKS, "");

/** Whether a spreadsheet could calculate it: in full width, after blanks or after what nobody sees, too. */
function isFormula(text) {
  const shown = [...text.replace(/[\p{Cf}\p{Cc}]/gu, "")].map((mark) => mark.normalize("NFKC")).join("");
  return FORMULAS.includes(strip(shown)[0]);
}

const unmarked = (text) => (text.startsWith("'") && isFormula(text.slice(1)) ? text.slice(1) : text);

function clean(cell) {
  const bare = strip(cell);
  return bare.includes("'") ? strip(bare.split(";").map(unmarked).join(";")) : bare;
}

/** Tells the encoding by the first line that is not ASCII, unless it was chosen. */
class Text {
  constructor(encoding) {
    this.codec = encoding === "auto" ? null : encoding === "cp950" ? "big5" : encoding;
  }

  read(bytes) {
    for (const codec of this.codec ? [this.codec] : ["utf-8", "big5"]) {
      try {
        const text = new TextDecoder(codec, { fatal: true, ignoreBOM: true }).decode(bytes);
        if (bytes.some((byte) => byte > 127)) this.codec = codec;
        return text;
      } catch {
        // not in this one
      }
    }
    return null;
  }
}

const begins = (bytes, ...marks) => marks.some((mark) => mark.every((byte, at) => bytes[at] === byte));

class Checker {
  constructor(encoding, patterns) {
    this.text = new Text(encoding);
    this.patterns = patterns;
    this.number = 0;
    this.blank = 0;
    this.found = { rows: 0, file: [], some: [], bad: 0 };
    this.over = false;
  }

  fault(row, reason) {
    this.found.file.push({ row, reason });
    this.over ||= this.found.file.length >= MOST_FAULTS;
  }

  line(bytes) {
    this.number += 1;
    if (this.number > MOST_ROWS + MOST_BLANKS) {
      this.fault(this.number, "too_many_rows");
      this.over = true;
      return;
    }
    const reason = this.number === 1 ? this.first(bytes) : this.judge(bytes);
    if (reason === "blank") {
      this.blank ||= this.number;
      return;
    }
    if (this.blank) this.fault(this.blank, "blank_row");
    this.blank = 0;
    if (this.over) return;
    if (this.number > MOST_ROWS) {
      this.fault(this.number, "too_many_rows");
      this.over = true;
      return;
    }
    this.found.rows += 1;
    if (reason !== null) this.fault(this.number, reason);
    this.over ||= ["workbook", "utf16"].includes(reason);
  }

  end() {
    if (!this.over && (this.number === 0 || this.blank === 1)) this.fault(0, "empty");
    return this.found;
  }

  first(bytes) {
    if (begins(bytes, [0x50, 0x4b, 3, 4], [0xd0, 0xcf, 0x11, 0xe0])) return "workbook";
    if (begins(bytes, [0xff, 0xfe], [0xfe, 0xff])) return "utf16";
    if (!begins(bytes, [0xef, 0xbb, 0xbf])) return this.judge(bytes);
    if (this.text.codec === "big5") return "encoding";
    this.text.codec = "utf-8";
    return this.judge(bytes.subarray(3));
  }

  /** What is wrong with a line as a line of such a file: a word, "blank", or null. */
  judge(bytes) {
    if (bytes.includes(0)) return "nul";
    if (bytes.includes(13)) return "line_ends";
    if (bytes.length > LONGEST_LINE) return "too_long";
    const text = this.text.read(bytes);
    if (text === null) return "encoding";
    const cells = cellsOf(text)?.map(clean);
    if (!cells) return "quotes";
    if (!cells.some(Boolean)) return "blank";
    if (cells.length > 1 && !cells.some((cell) => /[\p{Nd}@]/u.test(cell))) return "heading";
    if (cells.length !== COLUMNS) return cells.length < COLUMNS ? "short_row" : "extra_columns";
    this.row(cells);
    return null;
  }

  row([id, email, mobile, phone]) {
    const fits = (name, text) => new RegExp(`^(?:${this.patterns[name]})$`).test(text);
    let reason = null;
    if (!isNationalId(clean(strip(id.normalize("NFKC")).toUpperCase()))) reason = "id_invalid";
    else if (email.length > 254 || !fits("email", email)) reason = "email_invalid";
    else if (!fits("mobile", mobile)) reason = "mobile_invalid";
    else if (phone && !fits("phone", phone)) reason = "phone_invalid";
    if (reason === null) return;
    this.found.bad += 1;
    if (this.found.some.length < MOST_FAULTS) this.found.some.push({ row: this.number, reason });
  }
}

/** Hands lines to the checker as they come; of one that is too long only as much as shows that. */
class Lines {
  constructor(checker) {
    this.checker = checker;
    this.rest = new Uint8Array(0);
  }

  push(chunk) {
    let from = 0;
    while (from < chunk.length && !this.checker.over) {
      const end = chunk.indexOf(10, from);
      const part = chunk.subarray(from, end < 0 ? chunk.length : end);
      this.keep(part);
      if (end < 0) return;
      this.flush();
      from = end + 1;
    }
  }

  keep(part) {
    const room = LONGEST_LINE + 2 - this.rest.length;
    if (room <= 0 || part.length === 0) return;
    const joined = new Uint8Array(this.rest.length + Math.min(room, part.length));
    joined.set(this.rest);
    joined.set(part.subarray(0, room), this.rest.length);
    this.rest = joined;
  }

  flush() {
    const line = this.rest.at(-1) === 13 ? this.rest.subarray(0, -1) : this.rest;
    this.rest = new Uint8Array(0);
    this.checker.line(line);
  }
}

export async function check(file, { encoding = "auto", patterns }) {
  const checker = new Checker(encoding, patterns);
  const lines = new Lines(checker);
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || checker.over) break;
    lines.push(value);
  }
  reader.cancel();
  if (lines.rest.length > 0 && !checker.over) lines.flush();
  return checker.end();
}

/** What is wrong with a file's name, by the name that it would have today; null where it is right. */
export function nameFault(name, today) {
  const shape = /^([0-9]{9})([0-9]{3})([0-9]{2})([0-9]{2})\.csv$/i.exec(name);
  if (shape === null) return "name_shape";
  if (shape[1] !== today.slice(0, 9)) return "name_unit";
  const [year, month, day] = shape.slice(2).map(Number);
  if (year < 1 || year > 289) return "name_date";
  const date = new Date(Date.UTC(year + 1911, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return "name_date";
  return name.slice(9, 16) > today.slice(9, 16) ? "name_future" : null;
}
