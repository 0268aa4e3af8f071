import {
  type CanActivate,
  type ExecutionContext,
  type HttpException,
  Inject,
  Injectable,
  Logger,
  ServiceUnavailableException,
  UnauthorizedException,
} from "@nestjs/common";
import { HttpAdapterHost, Reflector } from "@nestjs/core";
import { CountersignError } from "@countersign/common";
import type { AuthenticatedRequest } from "./current-user.js";
import { IS_PUBLIC } from "./public.js";
import { RejectedToken, TokenVerifier } from "./token-verifier.js";

/** Bearer tokens as RFC 6750 §2.1 writes them. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;
/** A token is read into memory, hashed and sent on: what is longer than this was not issued by a provider. */
const LONGEST = 8192;

/**
 * Lets a request through that carries a token of the provider for this service, a JWT or an opaque one, and keeps whose it
 * is for `@CurrentUser()`. Routes with `@Public()` are open.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  readonly #logger = new Logger("AuthGuard");
  readonly #reflector: Reflector;
  readonly #verifier: TokenVerifier;
  readonly #adapter: HttpAdapterHost;

  constructor(
    @Inject(Reflector) reflector: Reflector,
    @Inject(TokenVerifier) verifier: TokenVerifier,
    @Inject(HttpAdapterHost) adapter: HttpAdapterHost,
  ) {
    this.#reflector = reflector;
    this.#verifier = verifier;
    this.#adapter = adapter;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.#reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) {
      return true;
    }
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const token = bearerToken(request.headers.authorization);
    if (token === undefined) {
      // RFC 6750 §3.1: no error code for a request that did not try.
      throw this.#with(context, "WWW-Authenticate", "Bearer", new UnauthorizedException());
    }
    request.user = await this.#verifier.verify(token).catch((error: unknown) => {
      throw this.#refusal(context, error);
    });
    return true;
  }

  #refusal(context: ExecutionContext, error: unknown): unknown {
    if (error instanceof RejectedToken) {
      const body = { error: "invalid_token", error_description: error.message };
      const challenge = `Bearer error="${body.error}", error_description="${body.error_description}"`;
      return this.#with(context, "WWW-Authenticate", challenge, new UnauthorizedException(body));
    }
    if (error instanceof CountersignError) {
      this.#logger.error(`a token could not be checked: ${error.message}`);
      const body = { error: "temporarily_unavailable", error_description: "the token cannot be checked now" };
      return this.#with(context, "Retry-After", "5", new ServiceUnavailableException(body));
    }
    return error;
  }

  #with(context: ExecutionContext, header: string, value: string, refusal: HttpException): HttpException {
    this.#adapter.httpAdapter.setHeader(context.switchToHttp().getResponse(), header, value);
    return refusal;
  }
}

function bearerToken(authorization: string | undefined): string | undefined {
  return authorization !== undefined && authorization.length <= LONGEST
    ? BEARER.exec(authorization)?.[1]
    : undefined;
}
