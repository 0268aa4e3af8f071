import type { CIBA_AUTH_REQUEST_RESOURCE } from "@countersign/common";
import type { DeviceAuthService, DeviceAuthSettings } from "@countersign/backend-device-auth";
import type { QrSessionStore } from "./qr/store.js";

/** What the front end's endpoints have to know of the service. */
export interface FrontendAuthConfig {
  /** The name of the service, which people read on their phones. */
  applicationName: string;
  /** Where the provider is; the same as `DeviceAuthModule` was told. */
  authHost: string;
  /** Where the service itself is reached: JWTs for it name this as their resource, and phones post there. */
  host: string;
  /** What `app.setGlobalPrefix` was told, such as `api`: phones post below it. */
  globalPrefix?: string;
  /** The scope of sign-ins whose front end names none; as `DeviceAuthModule` says when absent. */
  scope?: string;
  /** What access tokens are for when the front end does not say it: `idp` when absent. */
  resource?: CIBA_AUTH_REQUEST_RESOURCE;
  /**
   * What the person reads on the phone; `Sign in to` and the name when absent. A function is told where the browser called
   * from: a person who is shown that can notice that it is not theirs.
   */
  bindingMessage?: string | ((ip: string | undefined) => string);
  /**
   * Whether a QR session made over HTTP is shown to the browser only that asked for it, by a cookie. `true` when absent.
   * `false` is for front ends whose requests carry no cookies; whoever photographs the code can then collect the tokens.
   */
  bindToBrowser?: boolean;
}

/** What {@link FrontendAuthModule} is made with. */
export interface FrontendAuthModuleOptions {
  config: FrontendAuthConfig;
  /** A client of `ioredis` or `redis`, or a service that holds one; that of `DeviceAuthModule` or `RedisModule` when absent. */
  redisService?: unknown;
  /** Where QR sessions are kept instead of Redis. */
  store?: QrSessionStore;
  /** The service of `DeviceAuthModule`; found by itself when that module is imported. */
  deviceAuthService?: DeviceAuthService;
  /** For an application without `DeviceAuthModule`: its settings. */
  deviceAuthConfig?: DeviceAuthSettings;
  /** Accepted, as published configurations hand it in; requests go through Node's `fetch`, with limits of their own. */
  httpService?: unknown;
  /** Accepted; the module is global unless `global: false` stands beside the factory. */
  global?: boolean;
}
