// Mutual sign-in (X.1280): the backend begins a session and verifies the answer; the page shows the code and waits.
import {
  BadRequestException,
  Body,
  Controller,
  NotFoundException,
  Post,
  UnauthorizedException,
  UseFilters,
} from "@nestjs/common";
import { Public } from "@countersign/backend-device-auth";
import { RefusalFilter } from "@countersign/backend-frontend-auth";
import { MutualVerifier, TokenError } from "@countersign/backend-modules";
import { IdpError } from "@countersign/common";
import { type MutualSession, initiate } from "@countersign/common/x1280";
import { mutual, systemConfig } from "./settings.js";

const SCOPES = ["identity:name", "identity:age_over_18"] as const;

interface Begun {
  tokenId: string;
  session: MutualSession;
}

@Public()
@UseFilters(RefusalFilter)
@Controller("mutual")
export class MutualController {
  /** What was begun here: `random` as a browser tells it would prove nothing. Sessions live for a minute or so. */
  readonly #begun = new Map<string, Begun>();
  readonly #verifier = mutual && new MutualVerifier({ idpBaseUrl: systemConfig.authServerUrl, ...mutual });

  @Post("initiate")
  async initiate(@Body() body: { tokenId?: unknown } | undefined) {
    if (!mutual || typeof body?.tokenId !== "string") {
      throw new BadRequestException({ error: "invalid_request", error_description: "tokenId is missing" });
    }
    const { tokenId } = body;
    const { serviceId } = mutual;
    const session = await initiate(systemConfig.authServerUrl, { tokenId, serviceId, scopes: SCOPES }).catch(
      (error: unknown) => {
        const isUnknown = error instanceof IdpError && (error.status === 404 || error.status === 403);
        throw isUnknown ? new BadRequestException({ error: "unknown_user_id" }) : error;
      },
    );
    this.#keep({ tokenId, session });
    const { sessionId, wsToken, autoPassword, expiresAt } = session;
    return { sessionId, wsToken, autoPassword, expiresAt };
  }

  @Post("finish")
  async finish(@Body() body: { sessionId?: unknown; jwt?: unknown; hash?: unknown } | undefined) {
    const { sessionId, jwt, hash } = body ?? {};
    const begun = typeof sessionId === "string" ? this.#begun.get(sessionId) : undefined;
    if (!begun || !this.#verifier || typeof jwt !== "string" || typeof hash !== "string") {
      throw new NotFoundException({ error: "not_found", error_description: "Session not found" });
    }
    this.#begun.delete(begun.session.sessionId);
    try {
      const { idtoken, exp } = await this.#verifier.verify(begun.session, { jwt, hash }, begun.tokenId);
      return { givenName: idtoken.givenName, isAdult: idtoken.age_over_18, expiresAt: exp };
    } catch (error) {
      throw error instanceof TokenError ? new UnauthorizedException({ error: "invalid_token" }) : error;
    }
  }

  #keep(begun: Begun): void {
    const now = Date.now();
    for (const [id, { session }] of this.#begun) {
      if (Date.parse(session.expiresAt) < now) {
        this.#begun.delete(id);
      }
    }
    this.#begun.set(begun.session.sessionId, begun);
  }
}
