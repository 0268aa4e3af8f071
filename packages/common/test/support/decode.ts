import { createRequire } from "node:module";
import type { default as JsQr } from "jsqr";

// CommonJS, and its types say otherwise.
const readQr = createRequire(import.meta.url)("jsqr") as typeof JsQr.default;

/** Pixels for each module, as a camera would see it. */
const SCALE = 4;

/** What the picture of an SVG says, read by a library that did not draw it. */
export function decodeSvg(svg: string): string | undefined {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const dark = [...svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)];
  const width = size * SCALE;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y, run] of dark) {
    fill(pixels, width, Number(x) * SCALE, Number(y) * SCALE, Number(run) * SCALE);
  }
  return decodePixels(pixels, width, width);
}

/** What a picture says, RGBA. */
export function decodePixels(pixels: Uint8ClampedArray, width: number, height: number): string | undefined {
  return readQr(pixels, width, height)?.data;
}

/** Makes a run of modules black. */
function fill(pixels: Uint8ClampedArray, width: number, left: number, top: number, run: number): void {
  for (let y = top; y < top + SCALE; y += 1) {
    for (let x = left; x < left + run; x += 1) {
      pixels.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
}
