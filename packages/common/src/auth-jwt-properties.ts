/** What a sign-in asks for unless the call says otherwise. */
export class AuthJwtProperties {
  /** Scopes with spaces between them; `openid` when not set. */
  readonly scope: string;
  /** What both screens show to the person (CIBA Core §7.1); `Authorize Login` when not set. */
  readonly bindingMessage: string;
  /** URLs of the services that the access token is for (RFC 8707); none when not set. */
  readonly resources: readonly string[];

  constructor(properties: { scope?: string; bindingMessage?: string; resources?: readonly string[] } = {}) {
    this.scope = properties.scope ?? "openid";
    this.bindingMessage = properties.bindingMessage ?? "Authorize Login";
    this.resources = properties.resources ?? [];
  }
}
