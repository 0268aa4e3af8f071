/** What the provider says of a token (RFC 7662 §2.2). */
export interface TokenIntrospectionResponse {
  /** Whether the token is alive. Nothing else is told of one that is not. */
  active: boolean;
  /** The client that it was issued to. */
  client_id?: string;
  /** When it ends, Unix seconds. */
  exp?: number;
  /** When it was issued, Unix seconds. */
  iat?: number;
  /** The issuer. */
  iss?: string;
  /** `Bearer`. */
  token_type?: string;
  /** The person, for a token of a person. */
  sub?: string;
  /** The person's username. */
  username?: string;
  /** The granted scopes. */
  scope?: string;
  /** The audience, for a token that is bound to a resource. */
  aud?: string | string[];
  /** The person's role: `master`, `admin`, `auditor` or `user`. */
  idp_role?: string;
}
