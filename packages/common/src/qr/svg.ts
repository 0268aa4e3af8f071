import encodeQR from "qr";

/** How a code looks. */
export interface QrPictureOptions {
  /** What assistive technology reads out; `QR code to sign in` when not set. */
  title?: string | undefined;
  /** Share of the code that may be dirty: 7, 15, 25 or 30 percent; `medium` when not set. */
  errorCorrection?: "low" | "medium" | "quartile" | "high" | undefined;
  /** Empty modules around it, at least 1; 4 when not set, as readers want (ISO/IEC 18004 §9.1). */
  quietZone?: number | undefined;
  /** Colour of the dark modules; black when not set. */
  dark?: string | undefined;
  /** Colour of the light modules; white when not set. */
  light?: string | undefined;
}

/** What an SVG of a code is made of: squares of one unit, one path for all dark ones. */
export interface QrPicture {
  /** Units of each side. */
  size: number;
  /** The `d` of the path. */
  path: string;
  title: string;
  dark: string;
  light: string;
}

/** The picture of a text. */
export function qrPicture(content: string, options: QrPictureOptions = {}): QrPicture {
  const rows = encodeQR(content, "raw", {
    ecc: options.errorCorrection ?? "medium",
    border: options.quietZone ?? 4,
  });
  return {
    size: rows.length,
    path: rows.map(pathOfRow).join(""),
    title: options.title ?? "QR code to sign in",
    dark: options.dark ?? "#000",
    light: options.light ?? "#fff",
  };
}

/** One rectangle for each run of dark modules. */
function pathOfRow(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x += 1) {
    const start = x;
    while (row[x]) {
      x += 1;
    }
    if (x > start) {
      const run = x - start;
      path += `M${start} ${y}h${run}v1h-${run}z`;
    }
  }
  return path;
}

/** A code as the text of an SVG, for a page that is made on a server. */
export function qrSvg(content: string, options?: QrPictureOptions): string {
  const { size, path, title, dark, light } = qrPicture(content, options);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" role="img" shape-rendering="crispEdges">` +
    `<title>${escape(title)}</title>` +
    `<path fill="${escape(light)}" d="M0 0h${size}v${size}H0z"/><path fill="${escape(dark)}" d="${path}"/></svg>`
  );
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
