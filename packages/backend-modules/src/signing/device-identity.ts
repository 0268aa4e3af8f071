import { readBounded } from "../transport/body.js";
import { reason } from "../transport/transport.js";
import { SigningError, type SigningRequest } from "./signing-function.js";

/** Where the signing service of a machine listens unless told otherwise (onesid.md §12). */
export const DEFAULT_DEVICE_IDENTITY_URL = "http://127.0.0.1:8000/sign";

/** A key in a TPM takes its time, in milliseconds. */
const TIMEOUT = 15_000;

/**
 * Signs by the signing service of this machine (onesid.md §12): the private key stays in its hands.
 *
 * The service does not say of what kind its key is; give {@link SystemConfig.algorithm} of device.yml to
 * `DeviceAuthentication` unless the key is RSA.
 *
 * @throws SigningError - it cannot be reached, refuses, or answers something else
 */
export async function deviceIdentitySigningFunction(request: SigningRequest): Promise<string> {
  const { deviceId, message, deviceIdentityUrl: url = DEFAULT_DEVICE_IDENTITY_URL } = request;
  const { status, text } = await ask(url, JSON.stringify({ deviceId, message }));
  if (status < 200 || status > 299) {
    throw new SigningError(
      `the signing service at ${url} refused with status ${status}; is deviceId that of device.yml?`,
    );
  }
  const signature = signatureOf(text);
  if (signature === undefined) {
    throw new SigningError(`the signing service at ${url} did not answer with a signature`);
  }
  return signature;
}

async function ask(url: string, body: string): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return { status: response.status, text: await readBounded("POST /sign", response) };
  } catch (error) {
    const why = error instanceof Error && error.name === "TimeoutError" ? "no answer in time" : reason(error);
    throw new SigningError(`the signing service at ${url} cannot be used (${why}); is it running?`, {
      kind: "retry",
    });
  }
}

function signatureOf(text: string): string | undefined {
  try {
    const { signature } = JSON.parse(text) as { signature?: unknown };
    return typeof signature === "string" && /^[\w-]{64,2048}$/.test(signature) ? signature : undefined;
  } catch {
    return undefined;
  }
}
