import { Inject, Injectable } from "@nestjs/common";
import { TokenError } from "@countersign/backend-modules";
import { DeviceAuthService } from "../device-auth.service.js";
import type { AuthenticatedUser } from "./current-user.js";

/** The caller's token is none, is not for this service, or has ended. The message is for the caller. */
export class RejectedToken extends Error {
  override readonly name = "RejectedToken";
}

/** Finds out whose a token is: a JWT by the provider's keys, an opaque one by asking the provider. */
@Injectable()
export class TokenVerifier {
  readonly #auth: DeviceAuthService;

  constructor(@Inject(DeviceAuthService) auth: DeviceAuthService) {
    this.#auth = auth;
  }

  /**
   * @throws RejectedToken if the token does not prove anything to this service.
   * @throws CountersignError if the provider could not be asked.
   */
  verify(token: string): Promise<AuthenticatedUser> {
    return token.includes(".") ? this.#jwt(token) : this.#opaque(token);
  }

  /** A JWT for this service (RFC 9068), whichever client got it. */
  async #jwt(token: string): Promise<AuthenticatedUser> {
    // An ID token has the same issuer, key and audience, and is no access token (RFC 9068 §4, RFC 8725 §3.11).
    if (!isAccessToken(token)) {
      throw new RejectedToken("this is no access token");
    }
    try {
      return user(await this.#auth.validateJwt(token));
    } catch (error) {
      throw error instanceof TokenError ? new RejectedToken(error.message) : error;
    }
  }

  /**
   * An opaque token is for the provider's own endpoints, so it says nothing of this service. Only those that this service
   * got itself count: else whoever was given a person's token elsewhere could be that person here.
   */
  async #opaque(token: string): Promise<AuthenticatedUser> {
    const { active, ...told } = await this.#auth.tokenIntrospection(token);
    if (!active) {
      throw new RejectedToken("the token is unknown or has ended");
    }
    const { clientId, trustedClients = [] } = this.#auth.settings;
    if (told.client_id !== clientId && !trustedClients.includes(told.client_id ?? "")) {
      throw new RejectedToken(
        "the token was issued to another client; ask for one whose resource is this service",
      );
    }
    return user(told);
  }
}

/** What both kinds of tokens tell. */
interface Told {
  sub?: unknown;
  client_id?: unknown;
  scope?: unknown;
  username?: unknown;
  idp_role?: unknown;
  acr?: unknown;
  exp?: unknown;
}

function user({
  sub,
  client_id,
  scope,
  username,
  idp_role: role,
  acr,
  exp: expiresAt,
}: Told): AuthenticatedUser {
  if (typeof client_id !== "string") {
    throw new RejectedToken("the token does not name its client");
  }
  return {
    entity: typeof sub === "string" ? "user" : "device",
    subject: typeof sub === "string" ? sub : client_id,
    clientId: client_id,
    scopes: typeof scope === "string" ? scope.split(" ").filter(Boolean) : [],
    ...(typeof username === "string" && { username }),
    ...(typeof role === "string" && { role }),
    ...(typeof acr === "string" && { acr }),
    ...(typeof expiresAt === "number" && { expiresAt }),
  };
}

/** RFC 9068 §4: `typ` is `at+jwt`, perhaps with its full name. Read before the signature is checked, believed after. */
function isAccessToken(token: string): boolean {
  try {
    const [header = ""] = token.split(".");
    const { typ } = JSON.parse(Buffer.from(header, "base64url").toString()) as { typ?: unknown };
    return typeof typ === "string" && /^(application\/)?at\+jwt$/i.test(typ);
  } catch {
    return false;
  }
}
