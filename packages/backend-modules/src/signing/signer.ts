import { unixTime, type Runtime } from "../transport/runtime.js";
import { SigningError, type SigningAlgorithm, type SigningFunction } from "./signing-function.js";

/** An assertion is sent at once; five minutes allow for clocks that differ. */
const ASSERTION_LIFETIME = 300;

/** Who signs. */
export interface SignerOptions {
  readonly clientId: string;
  readonly deviceId: string;
  readonly deviceIdentityUrl?: string | undefined;
  readonly signingFunction: SigningFunction;
  readonly algorithm?: SigningAlgorithm | undefined;
  readonly keyId?: string | undefined;
}

/** Makes everything that a client signs. */
export class Signer {
  readonly clientId: string;
  readonly #options: SignerOptions;
  readonly #runtime: Runtime;

  constructor(options: SignerOptions, runtime: Runtime) {
    this.clientId = options.clientId;
    this.#options = options;
    this.#runtime = runtime;
  }

  /** A compact JWS (RFC 7515 §7.1) with further members of the header. */
  async sign(
    header: Readonly<Record<string, unknown>>,
    claims: Readonly<Record<string, unknown>>,
  ): Promise<string> {
    const { signingFunction, algorithm = signingFunction.algorithm ?? "RS256", keyId: kid } = this.#options;
    const message = `${part({ alg: algorithm, ...(kid === undefined ? {} : { kid }), ...header })}.${part(claims)}`;
    const { deviceId, deviceIdentityUrl } = this.#options;
    const signature = await signingFunction({ message, deviceId, deviceIdentityUrl });
    if (!/^[\w-]+$/.test(signature)) {
      throw new SigningError("the signing function must give a signature in base64url without padding");
    }
    return `${message}.${signature}`;
  }

  /** A JWT of this client: the client assertion (RFC 7523 §3), or with further claims a signed request (CIBA Core §7.1.1). */
  jwt(audience: string, further: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const now = unixTime(this.#runtime);
    const { clientId } = this;
    return this.sign(
      { typ: "JWT" },
      {
        iss: clientId,
        sub: clientId,
        aud: audience,
        jti: this.#runtime.uuid(),
        iat: now,
        nbf: now,
        exp: now + ASSERTION_LIFETIME,
        ...further,
      },
    );
  }
}

function part(value: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
