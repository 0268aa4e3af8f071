import { Controller, Get } from "@nestjs/common";
import { type AuthenticatedUser, CurrentUser, Public } from "@countersign/backend-device-auth";
import { applicationName, mutual, systemConfig } from "./settings.js";

@Controller()
export class MeController {
  /** Who calls: the guard has verified it. */
  @Get("me")
  me(@CurrentUser() user: AuthenticatedUser) {
    return { subject: user.subject, username: user.username, expiresAt: user.expiresAt };
  }

  /** What the page has to know before anybody signs in. */
  @Public()
  @Get("settings")
  settings() {
    return { applicationName, provider: systemConfig.authServerUrl, mutual: mutual !== undefined };
  }
}
