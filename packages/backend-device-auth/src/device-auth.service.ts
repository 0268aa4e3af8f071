import { DeviceAuthentication, deviceIdentitySigningFunction } from "@countersign/backend-modules";
import { AuthJwtProperties } from "@countersign/common";
import type { DeviceAuthModuleOptions, DeviceAuthSettings } from "./device-auth.options.js";

/** Everything that this machine does at the provider: `DeviceAuthentication`, made from the module's settings. */
export class DeviceAuthService extends DeviceAuthentication {
  /** The settings of the module. */
  readonly settings: DeviceAuthSettings;

  constructor({ settings, authentication = {} }: DeviceAuthModuleOptions) {
    const { applicationName, deviceId, clientId, authHost, deviceIdentityUrl, scope } = settings;
    const bindingMessage = settings.bindingMessage ?? `Sign in to ${applicationName}`;
    super({
      name: applicationName,
      idpBaseUrl: authHost,
      deviceId,
      deviceClientId: clientId,
      deviceIdentityUrl,
      functions: { signingFunction: deviceIdentitySigningFunction },
      authJwtProperties: new AuthJwtProperties({ bindingMessage, ...(scope !== undefined && { scope }) }),
      ...authentication,
    });
    this.settings = settings;
  }
}
