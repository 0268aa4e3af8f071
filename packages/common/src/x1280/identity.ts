/** What a service may ask to know of a person (X.1280 profile §4). */
export const IDENTITY_SCOPE = {
  NAME: "identity:name",
  GIVEN_NAME: "identity:given_name",
  FAMILY_NAME: "identity:family_name",
  DATE_OF_BIRTH: "identity:date_of_birth",
  NATIONALITY: "identity:nationality",
  DOCUMENT: "identity:document",
  PHOTO: "identity:photo",
  TRUST_LEVEL: "identity:trust_level",
  AGE_OVER_18: "identity:age_over_18",
  AGE_OVER_21: "identity:age_over_21",
  AGE_OVER_25: "identity:age_over_25",
  AGE_RANGE: "identity:age_range",
  IS_EU_CITIZEN: "identity:is_eu_citizen",
  NAME_INITIAL: "identity:name_initial",
  BASIC: "identity:basic",
  AGE_VERIFICATION: "identity:age_verification",
  FULL: "identity:full",
  FULL_WITH_PHOTO: "identity:full_with_photo",
} as const;
/** A value of {@link IDENTITY_SCOPE}. */
export type IDENTITY_SCOPE = (typeof IDENTITY_SCOPE)[keyof typeof IDENTITY_SCOPE];

/** `idtoken` of the identity: what was granted and is known, and nothing else. */
export interface IdentityClaims {
  /** The credential of the person. */
  tokenId: string;
  givenName?: string;
  familyName?: string;
  /** `YYYY-MM-DD`. */
  dateOfBirth?: string;
  /** ISO 3166-1 alpha-3. */
  nationality?: string;
  documentNumber?: string;
  photoBase64?: string;
  trustLevel?: 1 | 2 | 3;
  age_over_18?: boolean;
  age_over_21?: boolean;
  age_over_25?: boolean;
  /** As `age_over_18`, for a service of the style `camel`. */
  ageOver18?: boolean;
  ageOver21?: boolean;
  ageOver25?: boolean;
  ageRange?: "0-12" | "13-17" | "18-24" | "25-34" | "35-49" | "50-64" | "65+";
  isEuCitizen?: boolean;
  /** Such as `J. D.` */
  nameInitial?: string;
}

/** The claims of the JWT of a mutual sign-in. Believe them only after your backend has verified it. */
export interface MutualIdentity {
  /** The provider. */
  iss: string;
  /** The credential of the person. */
  sub: string;
  /** The audience of the service. */
  aud: string;
  /** Unix seconds. */
  iat: number;
  /** Unix seconds; an hour after `iat`. */
  exp: number;
  jti: string;
  /** The granted scopes with spaces between them. */
  scope: string;
  acr?: string;
  amr?: string[];
  idtoken: IdentityClaims;
}
