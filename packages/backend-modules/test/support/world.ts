import {
  DeviceAuthentication,
  loadKeys,
  localSigningFunction,
  MobileDeviceAuthentication,
  type DeviceAuthenticationProperties,
  type MobileDeviceAuthenticationProperties,
} from "@countersign/backend-modules";
import { AuthJwtProperties } from "@countersign/common";
import { Device, Phone, Provider } from "@countersign/testing";

/** The person of most tests. */
export const PERSON = "user.name@OnesID1";

/** A provider, a machine that is registered there, and a person with a phone. */
export interface World {
  readonly provider: Provider;
  readonly device: Device;
  readonly phone: Phone;
}

/** Sets it up with the real programs. */
export async function world(): Promise<World> {
  const provider = await Provider.start();
  const device = await Device.register(provider);
  const phone = await Phone.ofNewPerson(provider, PERSON);
  return { provider, device, phone };
}

/** The machine, signing with its key in this process. */
export function deviceAuth(
  { provider, device }: Pick<World, "provider" | "device">,
  further: Partial<DeviceAuthenticationProperties> = {},
): DeviceAuthentication {
  return new DeviceAuthentication({
    name: "device",
    idpBaseUrl: provider.host,
    deviceId: device.deviceId,
    deviceClientId: device.clientId,
    functions: { signingFunction: localSigningFunction(device.pem) },
    authJwtProperties: new AuthJwtProperties({
      scope: "openid offline_access profile",
      bindingMessage: "Authorize login to Example.com",
    }),
    ...further,
  });
}

/** The phone as `MobileDeviceAuthentication`. */
export async function mobileAuth(
  { provider, phone }: World,
  further: Partial<MobileDeviceAuthenticationProperties> = {},
): Promise<MobileDeviceAuthentication> {
  const mobile = new MobileDeviceAuthentication({
    name: "phone",
    idpBaseUrl: provider.host,
    deviceClientId: phone.clientId,
    ...further,
  });
  mobile.loadKeys(await loadKeys(phone.keyPath));
  return mobile;
}
