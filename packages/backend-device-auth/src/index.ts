/**
 * NestJS module: what a device does at a Countersign provider.
 *
 * @packageDocumentation
 */
export {};
