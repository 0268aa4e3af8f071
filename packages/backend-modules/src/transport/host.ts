/** Where the provider is, and whether the way there may be unencrypted. */
export interface HostOptions {
  /** Scheme and authority, `https://id.example.com`. */
  readonly idpBaseUrl: string;
  /** Whoever listens on the way can take tokens and answer in the provider's place. */
  readonly danger_allowHttp?: boolean | undefined;
}

/**
 * The base URL of a provider, without trailing slash: the issuer and every address are made by appending to it
 * (onesid.md §1).
 *
 * @throws TypeError - it is no such URL, says more than a host, or is unencrypted
 */
export function providerHost({ idpBaseUrl, danger_allowHttp = false }: HostOptions): string {
  if (!URL.canParse(idpBaseUrl)) {
    throw new TypeError("idpBaseUrl must be the address of the provider, such as https://id.example.com");
  }
  const url = new URL(idpBaseUrl);
  if (
    url.pathname !== "/" ||
    url.search !== "" ||
    url.hash !== "" ||
    url.username !== "" ||
    url.password !== ""
  ) {
    throw new TypeError(`idpBaseUrl must be scheme and host only, such as ${url.origin}`);
  }
  requireEncrypted(url, danger_allowHttp, "idpBaseUrl");
  return url.origin;
}

/** @throws TypeError - the address is not `https`, and not of this very machine, where nobody can listen in between */
export function requireEncrypted(url: URL, allowHttp: boolean, name: string): void {
  const allowed =
    url.protocol === "https:" || (url.protocol === "http:" && (allowHttp || isLoopback(url.hostname)));
  if (!allowed) {
    throw new TypeError(`${name} must begin with https://; http:// is for this machine only`);
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
