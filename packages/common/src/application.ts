import type { VerificationMode } from "./ciba.js";

/** Kinds of applications. */
export const APPLICATION_TYPE = {
  SERVER: "server",
  SERVER_MATRIX: "server_matrix",
  SERVER_DISCOURSE: "server_discourse",
  SERVER_OAUTH2: "server_oauth2",
  SERVER_BLOCKCHAIN: "server_blockchain",
  CLIENT: "client",
  CLIENT_OIDC: "client_oidc",
  CLIENT_KYC: "client_kyc",
} as const;
/** A value of {@link APPLICATION_TYPE}. */
export type APPLICATION_TYPE = (typeof APPLICATION_TYPE)[keyof typeof APPLICATION_TYPE];

/** The device that an application runs on. */
export interface DeviceEntity {
  /** Id of the device. */
  id: string;
  /** Its client id, which is the `aud` of tokens for the application. */
  clientId: string;
}

/** What is known of an application beside name and type. */
export interface ApplicationMetadata {
  /** Host name with an optional port, without scheme; no other application has it. */
  hostname?: string | null;
  /** Depends on another application. */
  isDependent?: boolean;
  /** A stable name to look it up by; no other application has it. */
  clientIdentifier?: string | null;
  /** A sentence about it. */
  description?: string | null;
  /** Left out of pickers. */
  isHidden?: boolean;
  /** How strongly decisions are tied to its screen; as its client registered when absent. */
  verificationMode?: VerificationMode | null;
}

/** What an operator says of an application to add it. */
export interface ApplicationRequest {
  /** Name that people are shown. */
  name: string;
  /** Its kind. */
  type: APPLICATION_TYPE;
  /** What else is known. */
  metadata: ApplicationMetadata;
  /** The device that it runs on. */
  device?: DeviceEntity | null;
  /** A disabled one signs nobody in. */
  isEnabled: boolean;
}

/** An application as the provider keeps it. */
export interface ApplicationEntity extends ApplicationRequest {
  /** Its id. */
  id: string;
  /** When it was added, RFC 3339 in UTC. */
  createdAt?: string;
}
