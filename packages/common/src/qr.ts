/**
 * QR codes of a sign-in: drawn, kept fresh, and followed to the tokens.
 *
 * @packageDocumentation
 */
export { drawQr } from "./qr/draw.js";
export { type QrSignInOptions, signInWithQr } from "./qr/sign-in.js";
export { type QrPictureOptions, qrSvg } from "./qr/svg.js";
export { qrContent } from "./qr-session.js";
