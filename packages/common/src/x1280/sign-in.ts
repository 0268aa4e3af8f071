import type { CallOptions } from "../http.js";
import { type MutualRequest, type MutualSession, initiate } from "./initiate.js";
import { type MutualAnswer, type MutualWaitOptions, waitForIdentity } from "./socket.js";

/** A mutual sign-in from the first call to the identity. */
export interface MutualSignInOptions extends CallOptions, MutualWaitOptions {
  /** Hears of the session once it is there: show its `autoPassword`. */
  onSession?: ((session: MutualSession) => void) | undefined;
}

/** {@link initiate} and {@link waitForIdentity} in one. */
export async function mutualSignIn(
  host: string,
  request: MutualRequest,
  options: MutualSignInOptions = {},
): Promise<MutualAnswer> {
  const session = await initiate(host, request, options);
  options.onSession?.(session);
  return waitForIdentity(host, session, options);
}
