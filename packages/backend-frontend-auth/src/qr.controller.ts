import { Body, Controller, Get, Header, Inject, Ip, Post, Req, Res, UseFilters } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { Public } from "@countersign/backend-device-auth";
import {
  ReadPipe,
  readQrMakeRequest,
  readQrStatusRequest,
  type QrMakeRequest,
  type QrStatusRequest,
} from "./dto/read.js";
import type { LegacyQrSession } from "@countersign/backend-modules";
import { FrontendAuthService } from "./frontend-auth.service.js";
import { browserOf, newBrowser, setCookie, type WithHeaders } from "./qr/browser.js";
import type { QrAuthSession } from "./qr/session.js";
import { RefusalFilter } from "./refusal.filter.js";
import { sessionNotFound } from "./refusals.js";

/** Codes to scan. */
@Public()
@UseFilters(RefusalFilter)
@Controller("auth/qr")
export class QrController {
  readonly #service: FrontendAuthService;
  readonly #adapter: HttpAdapterHost;

  constructor(
    @Inject(FrontendAuthService) service: FrontendAuthService,
    @Inject(HttpAdapterHost) adapter: HttpAdapterHost,
  ) {
    this.#service = service;
    this.#adapter = adapter;
  }

  /** 200: a code of the older form. */
  @Get()
  @Header("Cache-Control", "no-store")
  legacy(): Promise<LegacyQrSession> {
    return this.#service.makeLegacyQrSession();
  }

  /** 201: a session whose code to draw. */
  @Post("make")
  @Header("Cache-Control", "no-store")
  make(
    @Body(new ReadPipe(readQrMakeRequest)) { animated }: QrMakeRequest,
    @Ip() ip: string,
    @Req() request: WithHeaders,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<QrAuthSession> {
    return this.#service.makeQrAuthSession(ip, { animated, browser: this.#browser(request, response) });
  }

  /** 200: the same. The documents of front ends say both GET and POST. */
  @Get("make")
  @Header("Cache-Control", "no-store")
  makeByGet(
    @Ip() ip: string,
    @Req() request: WithHeaders,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<QrAuthSession> {
    return this.make({ animated: false }, ip, request, response);
  }

  /** 201: the session as it stands. 404 `Session not found`: unknown, ended, or another browser's. */
  @Post("status")
  @Header("Cache-Control", "no-store")
  async status(
    @Body(new ReadPipe(readQrStatusRequest)) { sessionId }: QrStatusRequest,
    @Req() request: WithHeaders,
  ): Promise<QrAuthSession> {
    const session = await this.#service.verifyQrAuthSessionFor(sessionId, browserOf(request));
    if (!session) {
      throw sessionNotFound();
    }
    return session;
  }

  /** The browser's cookie, which it gets now if it has none; nothing where sessions are not bound to browsers. */
  #browser(request: WithHeaders, response: unknown): string | undefined {
    if (!this.#service.bindsToBrowser) {
      return undefined;
    }
    const known = browserOf(request);
    const browser = known ?? newBrowser();
    if (known === undefined) {
      // Appended: the application may set cookies of its own.
      this.#adapter.httpAdapter.appendHeader(
        response,
        "Set-Cookie",
        setCookie(browser, this.#service.isSecure),
      );
    }
    return browser;
  }
}
