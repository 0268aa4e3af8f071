/**
 * The real programs, started for the tests of the packages.
 *
 * @packageDocumentation
 */
export { Device, type DeviceKeyType, type DeviceOptions } from "./device.js";
export { freePort } from "./free-port.js";
export { Phone, type PhoneItem } from "./phone.js";
export { PATIENCE, program, run, Running, type ProgramName, type Ran } from "./programs.js";
export { ALIAS, DOMAIN, Provider, type ProviderOptions } from "./provider.js";
export { Redis } from "./redis.js";
export { FakeSigningService, startSigningService, type SigningService } from "./signing-service.js";
