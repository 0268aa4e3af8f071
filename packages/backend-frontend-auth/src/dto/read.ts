import type { PipeTransform } from "@nestjs/common";
import {
  CIBA_AUTH_REQUEST_RESOURCE,
  CIBA_GRANT_TYPE,
  type CibaAuthRequestFrontendDto,
  type CibaAuthStatusRequestFrontendDto,
  LOGIN_HINT_KIND,
  type RefreshTokenRequestFrontendDto,
} from "@countersign/common";
import type { CodeProof } from "../qr/animation.js";
import { Members } from "./members.js";

/** Longer than any username, scope or handle; a login hint token is a JWS or shorter. */
const LONGEST = 4096;

/** What a browser sends that names a person, or a phone that has scanned a code. */
export interface ScanOrUsername extends CibaAuthRequestFrontendDto, Partial<CodeProof> {}

/** Reads a body of `POST /auth/oidc/bc-authorize`. */
export function readCibaAuthRequest(body: unknown): ScanOrUsername {
  const members = new Members(body);
  const t = members.optionalCount("t");
  const m = members.optionalText("m", LONGEST);
  const sessionId = members.optionalText("sessionId", LONGEST);
  const resource = members.optionalWord("resource", Object.values(CIBA_AUTH_REQUEST_RESOURCE));
  const scope = members.optionalText("scope", LONGEST);
  return {
    loginHintKind: members.word("loginHintKind", Object.values(LOGIN_HINT_KIND)),
    userIdentifier: members.text("userIdentifier", LONGEST).trim(),
    ...(sessionId !== undefined && { sessionId }),
    ...(resource !== undefined && { resource }),
    ...(scope !== undefined && { scope }),
    ...(t !== undefined && { t }),
    ...(m !== undefined && { m }),
  };
}

/** The two bodies of `POST /auth/oidc/token`. */
export type TokenRequest = CibaAuthStatusRequestFrontendDto | RefreshTokenRequestFrontendDto;

/** Reads a body of `POST /auth/oidc/token`. `authRequestId` is camelCase, `refresh_token` is not. */
export function readTokenRequest(body: unknown): TokenRequest {
  const members = new Members(body);
  const grant_type = members.word("grant_type", [CIBA_GRANT_TYPE, "refresh_token"]);
  return grant_type === CIBA_GRANT_TYPE
    ? { grant_type, authRequestId: members.text("authRequestId", LONGEST) }
    : { grant_type, refresh_token: members.text("refresh_token", LONGEST) };
}

/** A body of `POST /auth/qr/make`, which may have none. */
export interface QrMakeRequest {
  animated: boolean;
}

/** Reads a body of `POST /auth/qr/make`. */
export function readQrMakeRequest(body: unknown): QrMakeRequest {
  return { animated: new Members(body ?? {}).isSet("animated") };
}

/** A body of `POST /auth/qr/status`. */
export interface QrStatusRequest {
  sessionId: string;
}

/** Reads a body of `POST /auth/qr/status`. */
export function readQrStatusRequest(body: unknown): QrStatusRequest {
  return { sessionId: new Members(body).text("sessionId", LONGEST) };
}

/**
 * Reads a body with a function. It does not depend on the application's own `ValidationPipe`, which sees nothing that it
 * could check here, and so neither strips nor refuses members.
 */
export class ReadPipe<T> implements PipeTransform<unknown, T> {
  readonly #read: (body: unknown) => T;

  constructor(read: (body: unknown) => T) {
    this.#read = read;
  }

  transform(body: unknown): T {
    return this.#read(body);
  }
}
