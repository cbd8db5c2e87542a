// Hashes a picture on the device of whoever has it, so that the picture itself never leaves.
//
// PDQ as published (Meta, "PDQ and TMK + PDQF", 2019), in the same order of rounding as the
// reference, so that the server finds the same 256 bits for the same pixels. Nothing here knows
// the page it stands on, and nothing here sends anything.

const SIDE = 64; // pixels along a side of the small picture that the cosines are taken of
const WAVES = 16; // cosines along a side
const SHORTEST = 5; // pixels; a picture with a shorter side says nothing
const MOST_PIXELS = 24_000_000; // more than that is made smaller first, or a telephone would give up
const round = Math.fround; // the reference counts in single precision

const COSINES = (() => {
  const table = new Float32Array(WAVES * SIDE);
  const scale = round(Math.sqrt(2 / SIDE));
  for (let wave = 0; wave < WAVES; wave++)
    for (let at = 0; at < SIDE; at++)
      table[wave * SIDE + at] = round(scale * Math.cos((Math.PI / 2 / SIDE) * (wave + 1) * (2 * at + 1)));
  return table;
})();

/** Brightness of every pixel (ITU-R BT.601) of opaque RGBA pixels. */
export function luma(rgba) {
  const [red, green, blue] = [round(0.299), round(0.587), round(0.114)];
  const found = new Float32Array(rgba.length / 4);
  for (let i = 0, p = 0; i < found.length; i++, p += 4)
    found[i] = round(round(round(red * rgba[p]) + round(green * rgba[p + 1])) + round(blue * rgba[p + 2]));
  return found;
}

/** Means over a window that slides along one line and is shorter at both ends. */
function slide(from, to, start, length, stride, window) {
  const ahead = window >> 1;
  const behind = window - 1 - ahead;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < Math.min(ahead, length); i++, count++) sum = round(sum + from[start + i * stride]);
  for (let i = 0; i < length; i++) {
    if (i + ahead < length) {
      sum = round(sum + from[start + (i + ahead) * stride]);
      count++;
    }
    if (i - behind > 0) {
      sum = round(sum - from[start + (i - behind - 1) * stride]);
      count--;
    }
    to[start + i * stride] = round(sum / count);
  }
}

/** The picture blurred twice each way and read at the middles of 64 x 64 fields. */
function small(bright, height, width) {
  if (height === SIDE && width === SIDE) return bright;
  const across = Math.floor((width + 2 * SIDE - 1) / (2 * SIDE));
  const down = Math.floor((height + 2 * SIDE - 1) / (2 * SIDE));
  const between = new Float32Array(bright.length);
  for (let pass = 0; pass < 2; pass++) {
    for (let y = 0; y < height; y++) slide(bright, between, y * width, width, 1, across);
    for (let x = 0; x < width; x++) slide(between, bright, x, height, width, down);
  }
  const found = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const row = Math.floor(((y + 0.5) * height) / SIDE);
      found[y * SIDE + x] = bright[row * width + Math.floor(((x + 0.5) * width) / SIDE)];
    }
  return found;
}

/** 0 to 100: how much there is in the small picture to tell it from others. */
function quality(field) {
  let steps = 0;
  const step = (one, other) => Math.abs(Math.trunc(round(round(round(one - other) * 100) / 255)));
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const at = y * SIDE + x;
      if (y + 1 < SIDE) steps += step(field[at], field[at + SIDE]);
      if (x + 1 < SIDE) steps += step(field[at], field[at + 1]);
    }
  return Math.min(100, Math.trunc(steps / 90));
}

/** The 16 x 16 lowest waves of the small picture, without the constant ones. */
function waves(field) {
  const half = new Float32Array(WAVES * SIDE);
  const whole = new Float32Array(WAVES * WAVES);
  for (let wave = 0; wave < WAVES; wave++)
    for (let x = 0; x < SIDE; x++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum = round(sum + round(COSINES[wave * SIDE + y] * field[y * SIDE + x]));
      half[wave * SIDE + x] = sum;
    }
  for (let down = 0; down < WAVES; down++)
    for (let across = 0; across < WAVES; across++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++)
        sum = round(sum + round(half[down * SIDE + x] * COSINES[across * SIDE + x]));
      whole[down * WAVES + across] = sum;
    }
  return whole;
}

/** `{hash, quality}` of opaque RGBA pixels: 64 hexadecimal digits, and 0 to 100. */
export function hashPixels(rgba, width, height) {
  if (width < SHORTEST || height < SHORTEST) return { hash: "0".repeat(64), quality: 0 };
  const field = small(luma(rgba), height, width);
  const found = waves(field);
  const middle = Float32Array.from(found).sort()[127];
  const bytes = new Uint8Array(32);
  for (let bit = 0; bit < 256; bit++) if (found[bit] > middle) bytes[31 - (bit >> 3)] |= 1 << (bit & 7);
  const hash = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { hash, quality: quality(field) };
}

function canvas(width, height) {
  const made = document.createElement("canvas");
  made.width = width;
  made.height = height;
  return [made, made.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" })];
}

/** Whether this browser gives pixels back as they were put in. Some put noise in, against tracking. */
export function canvasIsHonest() {
  const [, pen] = canvas(SIDE, SIDE);
  if (!pen) return false;
  const put = pen.createImageData(SIDE, SIDE);
  for (let i = 0; i < put.data.length; i++) put.data[i] = i % 4 === 3 ? 255 : (i * 37 + (i >> 8)) & 255;
  pen.putImageData(put, 0, 0);
  const back = pen.getImageData(0, 0, SIDE, SIDE).data;
  return back.every((value, i) => value === put.data[i]);
}

/**
 * `{hash, quality}` of a picture file, upright and over white as the server sees it. The pixels are
 * wiped afterwards. Rejects if the browser cannot read the file.
 */
export async function hashFile(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const share = Math.min(1, Math.sqrt(MOST_PIXELS / (picture.width * picture.height)));
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * share)));
  const [sheet, pen] = canvas(width, height);
  pen.imageSmoothingQuality = "high";
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(picture, 0, 0, width, height);
  picture.close();
  const pixels = pen.getImageData(0, 0, width, height).data;
  const found = hashPixels(pixels, width, height);
  pixels.fill(0);
  sheet.width = sheet.height = 1;
  return found;
}
