import type { DeviceAuthSettings } from "@countersign/backend-device-auth";
import {
  Device,
  Phone,
  Provider,
  Redis,
  type SigningService,
  startSigningService,
} from "@countersign/testing";

/** Who takes part: a provider, this machine with its signing service, Redis, a person and an operator with their phones. */
export class Stage {
  private constructor(
    readonly provider: Provider,
    readonly device: Device,
    readonly signing: SigningService,
    readonly redis: Redis,
    readonly phone: Phone,
    readonly master: Phone,
  ) {}

  /** Starts everything, with real programs. */
  static async set(): Promise<Stage> {
    const provider = await Provider.start();
    const redis = await Redis.start();
    const device = await Device.register(provider);
    const signing = await startSigningService(device);
    const phone = await Phone.ofNewPerson(provider, "user.name@OnesID1");
    const master = await Phone.ofMaster(provider);
    return new Stage(provider, device, signing, redis, phone, master);
  }

  /** The settings of a service on this machine. */
  settings(host: string): DeviceAuthSettings {
    return {
      applicationName: "testing",
      deviceId: this.device.deviceId,
      clientId: this.device.clientId,
      authHost: this.provider.host,
      host,
      deviceIdentityUrl: this.signing.url,
    };
  }

  /** Ends everything. */
  async clear(): Promise<void> {
    await Promise.all([this.signing.stop(), this.redis.stop(), this.provider.stop()]);
  }
}
