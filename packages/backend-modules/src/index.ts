/**
 * Device authentication, CIBA, QR and consent for backends that sign people in with Countersign.
 *
 * @packageDocumentation
 */
export {};
