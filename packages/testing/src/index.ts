/**
 * The real programs, started for the tests of the packages.
 *
 * @packageDocumentation
 */
export {};
