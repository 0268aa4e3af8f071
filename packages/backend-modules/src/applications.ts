import type { ApplicationEntity, ApplicationRequest } from "@countersign/common";
import { connect } from "./provider/connect.js";
import { loadSystemConfig } from "./system-config.js";
import { Members } from "./transport/members.js";
import type { Transport } from "./transport/transport.js";

/** The part of an axios configuration that these calls read. */
export interface AxiosConfig {
  /** The provider; that of this machine's device.yml when not set. */
  readonly baseURL?: string | undefined;
  readonly headers: { readonly Authorization: string };
  /** See `DeviceAuthenticationProperties`. */
  readonly danger_allowHttp?: boolean;
}

/** The part of an axios answer that code from the documents reads. */
export interface AxiosAnswer<T> {
  readonly data: T;
}

/** The configuration of calls with an access token: of a person whose role is `master` or `admin`. */
export function axiosConfigDefault(
  accessToken: string,
  options: Omit<AxiosConfig, "headers"> = {},
): AxiosConfig {
  return { ...options, headers: { Authorization: `Bearer ${accessToken}` } };
}

const PATH = "/applications";

/** Applications at the provider, as their operators keep them (onesid.md §9). */
export const cmApplications = {
  /** Adds one. */
  create(config: AxiosConfig, application: ApplicationRequest): Promise<AxiosAnswer<ApplicationEntity>> {
    return ask(config, "POST", "POST /applications", PATH, application).then(entity);
  },

  /** All that are not removed, oldest first. */
  async list(
    config: AxiosConfig,
  ): Promise<AxiosAnswer<{ applications: ApplicationEntity[]; total: number }>> {
    const name = "GET /applications";
    const members = new Members(name, await ask(config, "GET", name, PATH));
    const applications = members.list("applications") as ApplicationEntity[];
    return { data: { applications, total: members.seconds("total") } };
  },

  /** One of them. */
  get(config: AxiosConfig, id: string): Promise<AxiosAnswer<ApplicationEntity>> {
    return ask(config, "GET", "GET /applications/{id}", one(id)).then(entity);
  },

  /** Changes what is named, and leaves the rest (RFC 7396). */
  update(
    config: AxiosConfig,
    id: string,
    changes: Partial<ApplicationRequest>,
  ): Promise<AxiosAnswer<ApplicationEntity>> {
    return ask(config, "PATCH", "PATCH /applications/{id}", one(id), changes).then(entity);
  },

  /** Removes one: nobody can sign in to it any more. */
  async delete(config: AxiosConfig, id: string): Promise<AxiosAnswer<undefined>> {
    await ask(config, "DELETE", "DELETE /applications/{id}", one(id));
    return { data: undefined };
  },
} as const;

function one(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}

function entity(answer: unknown): AxiosAnswer<ApplicationEntity> {
  const members = new Members("/applications", answer);
  members.text("id");
  members.text("name");
  return { data: members.all as unknown as ApplicationEntity };
}

async function ask(
  config: AxiosConfig,
  method: "GET" | "POST" | "PATCH" | "DELETE",
  name: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const { baseURL: idpBaseUrl = loadSystemConfig().authServerUrl, danger_allowHttp = false } = config;
  const { host, transport }: { host: string; transport: Transport } = connect({
    idpBaseUrl,
    danger_allowHttp,
  });
  const { Authorization } = config.headers;
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const call = {
    name,
    method,
    url: `${host}${path}`,
    headers: { Authorization, ...(body === undefined ? {} : { "Content-Type": type }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    secrets: [Authorization.replace(/^Bearer /, "")],
  };
  return method === "GET" ? transport.repeatedly(() => call) : transport.once(call);
}
