/**
 * Types, front-end calls, QR pictures and mutual sign-in (X.1280) of Countersign, for browsers and Node.
 *
 * @packageDocumentation
 */
export {};
