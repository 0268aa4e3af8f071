import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpStatus,
  Inject,
  Injectable,
  Logger,
} from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { SigningError } from "@countersign/backend-modules";
import { CountersignError, IdpError, InvalidAnswerError } from "@countersign/common";
import { StoreUnavailable } from "./qr/store.js";

/** What is answered. */
interface Answer {
  status: number;
  error: string;
  description: string;
  /** Seconds. */
  retryAfter?: number;
}

// As numbers: a status of the provider need not be one that NestJS has a name for.
const BAD_REQUEST: number = HttpStatus.BAD_REQUEST;
const TOO_MANY_REQUESTS: number = HttpStatus.TOO_MANY_REQUESTS;

/** Seconds after which it is worth to ask again when nobody knows better. */
const SOON = 5;

/** Tells front ends what came of their request: the provider's own words where they are meant for them. */
@Catch(CountersignError, SigningError)
@Injectable()
export class RefusalFilter implements ExceptionFilter<Error> {
  readonly #logger = new Logger("FrontendAuth");
  readonly #adapter: HttpAdapterHost;

  constructor(@Inject(HttpAdapterHost) adapter: HttpAdapterHost) {
    this.#adapter = adapter;
  }

  catch(refusal: Error, host: ArgumentsHost): void {
    const { status, error, description, retryAfter } = answerTo(refusal);
    if (status >= 500) {
      this.#logger.error(refusal.message);
    }
    const response = host.switchToHttp().getResponse<unknown>();
    const { httpAdapter } = this.#adapter;
    if (retryAfter !== undefined) {
      httpAdapter.setHeader(response, "Retry-After", String(retryAfter));
    }
    httpAdapter.setHeader(response, "Cache-Control", "no-store");
    httpAdapter.reply(response, { error, error_description: description }, status);
  }
}

/**
 * Whether a refusal is about this service and not about what its front end asked: a registration that is not accepted, an
 * answer that is none.
 */
export function isOurs(error: unknown): boolean {
  if (error instanceof IdpError) {
    const { status } = error;
    return status < 500 && status !== BAD_REQUEST && status !== TOO_MANY_REQUESTS;
  }
  return error instanceof InvalidAnswerError;
}

function answerTo(refusal: Error): Answer {
  if (refusal instanceof StoreUnavailable) {
    return unavailable(
      "codes to scan are not available at the moment; sign in by username, or try again soon",
    );
  }
  if (refusal instanceof SigningError) {
    return unavailable("this service cannot sign at the moment; try again soon");
  }
  if (isOurs(refusal)) {
    const description = "the identity provider did not accept what this service sent";
    return { status: HttpStatus.INTERNAL_SERVER_ERROR, error: "server_error", description };
  }
  if (refusal instanceof IdpError && refusal.status < 500) {
    return passedOn(refusal);
  }
  return unavailable("the identity provider cannot be reached at the moment; try again soon");
}

/** The provider's own words. */
function passedOn({ status, error, error_description, retryAfter }: IdpError): Answer {
  return {
    status,
    error: error ?? "invalid_request",
    description: error_description ?? "the identity provider does not say why",
    ...(status === TOO_MANY_REQUESTS && { retryAfter: retryAfter ?? SOON }),
  };
}

function unavailable(description: string): Answer {
  return {
    status: HttpStatus.SERVICE_UNAVAILABLE,
    error: "temporarily_unavailable",
    description,
    retryAfter: SOON,
  };
}
