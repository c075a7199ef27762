// The camera and the QR reader (zxing-wasm, served by ourselves, loaded at its first use).

const READER = "/app/vendor/zxing-reader.js";
const WASM = "/app/vendor/zxing_reader.wasm";
const PAUSE = 120; // ms between two looks: quick enough to feel instant, slow enough for an old phone
const WIDEST = 960; // px: a QR code that fills a third of the picture is read well below this
const WIDEST_PICTURE = 2000; // px: a photo of a whole screen holds a smaller code

let loading;

/** The camera cannot be used: `kind` is "refused", "none" or "broken". */
export class CameraTrouble extends Error {
  constructor(kind, cause) {
    super(`camera ${kind}`, { cause });
    this.name = "CameraTrouble";
    this.kind = kind;
  }
}

/** Start the camera (the one at the back where there is one) in a video element; raises CameraTrouble. */
export async function openCamera(video) {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraTrouble("none");
  try {
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    await video.play();
  } catch (error) {
    closeCamera(video);
    throw new CameraTrouble(troubleOf(error), error);
  }
}

/** Stop the camera: its light goes out. */
export function closeCamera(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

/** Look until the signal aborts, and call `onText` with each QR text as it is seen. */
export async function watch(video, { signal, onText }) {
  const reader = await loadReader();
  const canvas = document.createElement("canvas");
  while (!signal.aborted) {
    const text = await look(reader, video, canvas);
    if (signal.aborted) return;
    if (text) onText(text);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

function troubleOf(error) {
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return "refused";
  if (error.name === "NotFoundError" || error.name === "OverconstrainedError") return "none";
  return "broken";
}

/** Return the QR text in a picture file, null where there is none or it is no picture. */
export async function readPicture(file) {
  const reader = await loadReader();
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return null; // not a picture, or a broken one
  }
  const { width, height } = picture;
  return read(reader, picture, { width, height, widest: WIDEST_PICTURE, canvas: document.createElement("canvas") });
}

async function look(reader, video, canvas) {
  const { videoWidth: width, videoHeight: height } = video;
  return width ? read(reader, video, { width, height, widest: WIDEST, canvas }) : null;
}

async function read(reader, source, { width, height, widest, canvas }) {
  const scale = Math.min(1, widest / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const picture = context.getImageData(0, 0, canvas.width, canvas.height);
  const [found] = await reader.readBarcodes(picture, {
    formats: ["QRCode"],
    maxNumberOfSymbols: 1,
    tryHarder: true,
  });
  return found?.isValid ? found.text : null;
}

function loadReader() {
  loading ??= loadScript().catch((error) => {
    loading = undefined; // the next visit may have a network again
    throw new CameraTrouble("broken", error);
  });
  return loading;
}

async function loadScript() {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = READER;
    script.onload = resolve;
    script.onerror = () => reject(new Error("the QR reader did not load"));
    document.head.append(script);
  });
  const reader = globalThis.ZXingWASM;
  const locateFile = (path, prefix) => (path.endsWith(".wasm") ? WASM : prefix + path);
  await reader.prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
  return reader;
}
