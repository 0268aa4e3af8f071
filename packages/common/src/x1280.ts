/**
 * Mutual sign-in (ITU-T X.1280): the service proves itself first, the person compares one code on two screens, and then an
 * identity is released. For browsers, and for Node with a WebSocket.
 *
 * @packageDocumentation
 */
export { maskedCode } from "./x1280/code.js";
export { type MutualEnd, MutualSessionError } from "./x1280/errors.js";
export type { MutualEvent, RejectedReason } from "./x1280/events.js";
export { IDENTITY_SCOPE, type IdentityClaims, type MutualIdentity } from "./x1280/identity.js";
export { type MutualRequest, type MutualSession, type ServiceProof, initiate } from "./x1280/initiate.js";
export { type MutualSignInOptions, mutualSignIn } from "./x1280/sign-in.js";
export {
  type MutualAnswer,
  type MutualWaitOptions,
  type WebSocketLike,
  waitForIdentity,
} from "./x1280/socket.js";
