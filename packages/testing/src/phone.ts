import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { program, run, runOk, type Ran } from "./programs.js";
import type { Provider } from "./provider.js";

/** A request as `countersign-authenticator list --json` shows it. */
export interface PhoneItem {
  readonly id: string;
  readonly kind: "login" | "consent" | "mutual";
  readonly bindingMessage?: string;
  readonly scopes?: readonly string[];
  readonly claims?: readonly string[];
  readonly verification: {
    readonly mode: string;
    readonly code?: string;
    readonly choices?: readonly string[];
  };
  readonly application: { readonly name: string; readonly host: string; readonly verified: boolean };
}

/** A person's phone: `countersign-authenticator`, enrolled by an operator's invitation. */
export class Phone {
  private constructor(
    readonly store: string,
    /** The person's username. */
    readonly username: string,
    /** The person's user id, the `sub` of tokens. */
    readonly userId: string,
    /** The phone's OAuth client id. */
    readonly clientId: string,
    /** Where the phone's private key is, PEM. */
    readonly keyPath: string,
    /** The phone's private key, PEM. */
    readonly pem: string,
  ) {}

  /** Adds a person and enrols their phone. */
  static async ofNewPerson(
    provider: Provider,
    username: string,
    role: "master" | "admin" | "auditor" | "user" = "user",
  ): Promise<Phone> {
    await provider.command("user", "add", username, "--role", role);
    const { url } = (await provider.command("user", "invite", username)) as { url: string };
    return Phone.enroll(provider, url);
  }

  /** Enrols the phone of the operator whom `init` made; the invitation is used once. */
  static ofMaster(provider: Provider): Promise<Phone> {
    return Phone.enroll(provider, provider.master.url);
  }

  /** Enrols a phone with the link of an invitation. */
  static enroll(provider: Provider, invitation: string): Promise<Phone> {
    return Phone.#join(provider, invitation);
  }

  /** Enrols a phone with a credential (X.1280). */
  static withCredential(provider: Provider, credential: string): Promise<Phone> {
    return Phone.#join(provider, "--credential", credential);
  }

  static async #join(provider: Provider, ...means: string[]): Promise<Phone> {
    const store = join(await provider.scratch("phone"), "store");
    const args = ["--store", store, "enroll", ...means, "--json"];
    const text = await runOk(program("countersign-authenticator"), args);
    const account = JSON.parse(text) as { client_id: string; username: string };
    const keyPath = join(store, "accounts", account.client_id, "private.pem");
    const pem = await readFile(keyPath, "utf8");
    const { id } = (await provider.command("user", "show", account.username)) as { id: string };
    return new Phone(store, account.username, id, account.client_id, keyPath, pem);
  }

  /** Runs the phone's program, whatever comes of it. */
  try(...args: string[]): Promise<Ran> {
    return run(program("countersign-authenticator"), ["--store", this.store, ...args]);
  }

  /** Runs the phone's program, which must succeed. */
  run(...args: string[]): Promise<string> {
    return runOk(program("countersign-authenticator"), ["--store", this.store, ...args]);
  }

  /** The requests that wait. */
  async list(): Promise<PhoneItem[]> {
    return JSON.parse(await this.run("list", "--json")) as PhoneItem[];
  }

  /** The one request that waits. */
  async item(): Promise<PhoneItem> {
    const [item, ...more] = await this.list();
    if (item === undefined || more.length > 0) {
      throw new Error(`${item === undefined ? "no" : "more than one"} request waits`);
    }
    return item;
  }

  /** Approves the one request that waits. */
  async approve(...options: string[]): Promise<void> {
    await this.run("approve", (await this.item()).id, ...options);
  }

  /** Denies the one request that waits. */
  async deny(...options: string[]): Promise<void> {
    await this.run("deny", (await this.item()).id, ...options);
  }

  /** A token that lets one service find this person once. */
  async loginHintToken(): Promise<{ kind: "login_hint_token"; value: string; expiresIn: number }> {
    const text = await this.run("login-hint-token", "--json");
    return JSON.parse(text) as { kind: "login_hint_token"; value: string; expiresIn: number };
  }

  /** Scans the code of a sign-in, given as its text. */
  async scan(content: string): Promise<void> {
    await this.run("scan", content);
  }
}
