import type { AuthJwtProperties } from "@countersign/common";
import type { ConnectionOptions } from "../provider/connect.js";
import type { SigningAlgorithm, SigningFunction } from "../signing/signing-function.js";

/** Who this machine is, and how it signs. */
export interface DeviceAuthenticationProperties extends ConnectionOptions {
  /** A name for this object, for your own logs. */
  readonly name: string;
  /** `id` of device.yml. */
  readonly deviceId: string;
  /** `client_id` of device.yml. */
  readonly deviceClientId: string;
  readonly functions: {
    /** `deviceIdentitySigningFunction` (the signing service), or a `localSigningFunction`. */
    readonly signingFunction: SigningFunction;
  };
  /** Where the signing service is; `http://127.0.0.1:8000/sign` when not set. */
  readonly deviceIdentityUrl?: string | undefined;
  /** What a sign-in asks for unless the call says otherwise. */
  readonly authJwtProperties?: AuthJwtProperties | undefined;
  /** The algorithm of the key; what the signing function knows when not set, else `RS256`. */
  readonly algorithm?: SigningAlgorithm | undefined;
  /** `kid` of what is signed, for clients that registered several keys. */
  readonly keyId?: string | undefined;
  /** Audiences that {@link DeviceAuthentication.validateJwt} accepts beside `deviceClientId`. */
  readonly audiences?: readonly string[] | undefined;
  /** How many seconds the clocks of provider and machine may differ by: at most 60, which it is when not set. */
  readonly clockTolerance?: number | undefined;
}
