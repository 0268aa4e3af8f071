import { type QrPictureOptions, qrPicture } from "./svg.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * Draws a code into an element, in place of what was there. It makes elements rather than text, so that it works under any
 * content security policy. The picture takes the width that it is given: set that by CSS.
 */
export function drawQr(element: Element, content: string, options?: QrPictureOptions): void {
  const { size, path, title, dark, light } = qrPicture(content, options);
  const make = (
    name: string,
    attributes: Record<string, string>,
    ...children: (Node | string)[]
  ): Element => {
    const made = element.ownerDocument.createElementNS(SVG, name);
    for (const [attribute, value] of Object.entries(attributes)) {
      made.setAttribute(attribute, value);
    }
    made.append(...children);
    return made;
  };
  const frame = { viewBox: `0 0 ${size} ${size}`, role: "img", "shape-rendering": "crispEdges" };
  element.replaceChildren(
    make(
      "svg",
      frame,
      make("title", {}, title),
      make("path", { fill: light, d: `M0 0h${size}v${size}H0z` }),
      make("path", { fill: dark, d: path }),
    ),
  );
}
