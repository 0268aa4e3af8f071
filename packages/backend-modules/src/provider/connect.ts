import { Signer, type SignerOptions } from "../signing/signer.js";
import { providerHost, type HostOptions } from "../transport/host.js";
import { SYSTEM, type Runtime } from "../transport/runtime.js";
import { DEFAULT_TRANSPORT, Transport, type TransportOptions } from "../transport/transport.js";
import { Discovery } from "./metadata.js";
import { ProviderClient } from "./provider-client.js";

/** What every client of a provider can be told. */
export interface ConnectionOptions extends HostOptions {
  /** How calls are made: `{ timeout: 10000, tries: 3 }`. */
  readonly transport?: Partial<TransportOptions>;
  /** Time, randomness and HTTP, for tests. */
  readonly runtime?: Partial<Runtime>;
}

/** A way to a provider, without anybody who signs. */
export function connect(options: ConnectionOptions): Discovery {
  const runtime = { ...SYSTEM, ...options.runtime };
  const transport = new Transport(runtime, { ...DEFAULT_TRANSPORT, ...options.transport });
  return new Discovery(providerHost(options), transport, options.danger_allowHttp ?? false);
}

/** A client at its provider. */
export function connectClient(options: ConnectionOptions, signer: SignerOptions): ProviderClient {
  const discovery = connect(options);
  const { transport } = discovery;
  return new ProviderClient(new Signer(signer, transport.runtime), discovery, transport);
}
