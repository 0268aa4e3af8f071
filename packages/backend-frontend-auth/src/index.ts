/**
 * NestJS module: the endpoints that a front end calls to sign people in with Countersign.
 *
 * @packageDocumentation
 */
export {};
