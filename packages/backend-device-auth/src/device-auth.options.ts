import type { DeviceAuthenticationProperties } from "@countersign/backend-modules";

/** Who this machine is, and where things are. */
export interface DeviceAuthSettings {
  /** The name of the service, for messages. */
  applicationName: string;
  /** `id` of `device.yml`. */
  deviceId: string;
  /** `client_id` of `device.yml`. */
  clientId: string;
  /** `host` of `device.yml`: where the provider is, without `/oidc`. */
  authHost: string;
  /** Where the service itself is reached: what JWTs for it name as their resource. */
  host: string;
  /** Where messages are signed; `http://127.0.0.1:8000/sign` when absent. */
  deviceIdentityUrl?: string;
  /** The scope of sign-ins that name none; `openid` when absent. */
  scope?: string;
  /** What the person reads on the phone; names the service when absent. */
  bindingMessage?: string;
  /** Client ids of further services whose opaque access tokens the guard accepts; none when absent. */
  trustedClients?: readonly string[];
}

/** What {@link DeviceAuthModule} is made with. */
export interface DeviceAuthModuleOptions {
  settings: DeviceAuthSettings;
  /** More that `DeviceAuthentication` can be told: another signing function, the algorithm of the key, time limits. */
  authentication?: Partial<DeviceAuthenticationProperties>;
  /** Kept for `FrontendAuthModule`, which keeps QR sessions in it unless it is told of another. */
  redisService?: unknown;
  /** Accepted, as published configurations hand it in; requests go through Node's `fetch`, with limits of their own. */
  httpService?: unknown;
  /** Accepted; the module is global unless `global: false` stands beside the factory. */
  global?: boolean;
}
