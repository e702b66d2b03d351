// Reads codes in pictures: by the browser where it can, else by a reader that comes with the page as WebAssembly.
const NEEDED = ["qr_code", "data_matrix", "code_128", "code_39", "ean_13"];
const MORE = ["ean_8", "upc_a", "upc_e", "itf", "pdf417", "aztec", "codabar"];

const native = async () => {
  if (!("BarcodeDetector" in globalThis)) return null;
  const known = await BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!NEEDED.every((format) => known.includes(format))) return null;
  const detector = new BarcodeDetector({ formats: [...NEEDED, ...MORE].filter((format) => known.includes(format)) });
  return async (picture) => (await detector.detect(picture)).map(({ rawValue }) => rawValue);
};

/** Its dots, no more of them than a code needs. */
const dotsOf = (picture, most) => {
  const width = picture.videoWidth ?? picture.width;
  const height = picture.videoHeight ?? picture.height;
  const scale = Math.min(1, most / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
};

const packaged = async ({ reader, wasm }) => {
  const { prepareZXingModule, readBarcodes } = await import(reader);
  await prepareZXingModule({
    overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? wasm : prefix + path) },
    fireImmediately: true,
  });
  return async (picture, { isStill }) => {
    const options = { tryHarder: isStill, tryRotate: true, tryInvert: isStill, maxNumberOfSymbols: 4, textMode: "Plain" };
    const found = await readBarcodes(dotsOf(picture, isStill ? 2400 : 1280), options);
    return found.filter(({ isValid }) => isValid).map(({ text }) => text);
  };
};

/** Gives a function from a picture or video to the texts of the codes in it. */
export const makeReader = async (files) => (await native()) ?? packaged(files);
