import {
  Body,
  Controller,
  Header,
  Inject,
  Ip,
  Logger,
  NotFoundException,
  Post,
  UseFilters,
} from "@nestjs/common";
import { Public } from "@countersign/backend-device-auth";
import {
  CIBA_GRANT_TYPE,
  type CibaAuthRequestResponseDto,
  type CibaAuthStatusResponseDto,
} from "@countersign/common";
import {
  ReadPipe,
  readCibaAuthRequest,
  readTokenRequest,
  type ScanOrUsername,
  type TokenRequest,
} from "./dto/read.js";
import { FrontendAuthService } from "./frontend-auth.service.js";
import { RefusalFilter, isOurs } from "./refusal.filter.js";

/** Starting and finishing a sign-in. */
@Public()
@UseFilters(RefusalFilter)
@Controller("auth/oidc")
export class OidcController {
  readonly #logger = new Logger("OidcController");
  readonly #service: FrontendAuthService;

  constructor(@Inject(FrontendAuthService) service: FrontendAuthService) {
    this.#service = service;
  }

  /** 201: the person is being asked. A browser names them, or a phone that scanned a code. */
  @Post("bc-authorize")
  @Header("Cache-Control", "no-store")
  ask(
    @Body(new ReadPipe(readCibaAuthRequest)) request: ScanOrUsername,
    @Ip() ip: string,
  ): Promise<CibaAuthRequestResponseDto> {
    return this.#service.makeCibaRequest(request, ip);
  }

  /** 201: tokens, for a request that was approved or for a refresh token. 400: pending, denied, ended. */
  @Post("token")
  @Header("Cache-Control", "no-store")
  async token(
    @Body(new ReadPipe(readTokenRequest)) request: TokenRequest,
  ): Promise<CibaAuthStatusResponseDto> {
    try {
      return request.grant_type === CIBA_GRANT_TYPE
        ? await this.#service.cibaStatus(request.authRequestId)
        : await this.#service.refreshAccessToken(request.refresh_token);
    } catch (error) {
      if (isOurs(error)) {
        // Published front ends know 400 and 404 of this endpoint: what is not theirs to put right is 404.
        this.#logger.error(String(error));
        throw new NotFoundException({ error: "not_found", error_description: "there is no such sign-in" });
      }
      throw error;
    }
  }
}
