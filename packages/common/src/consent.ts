/** Personal data that a service may ask a person for. */
export const PERSONAL_DATA_CONSENT_PROPERTIES = {
  FIRST_NAME: "firstName",
  LAST_NAME: "lastName",
  LOCALIZED_FIRST_NAME: "localizedFirstName",
  LOCALIZED_LAST_NAME: "localizedLastName",
  IDENTITY_DOCUMENT_NUMBER: "identityDocumentNumber",
  IDENTITY_DOCUMENT_ISSUE_DATE: "identityDocumentIssueDate",
  IDENTITY_DOCUMENT_EXPIRY_DATE: "identityDocumentExpiryDate",
  DATE_OF_BIRTH: "dateOfBirth",
  EMAIL: "email",
  PHONE_NUMBER: "phoneNumber",
  LOCALIZED_FULL_NAME: "localizedFullName",
  FULL_NAME: "fullName",
} as const;
/** A value of {@link PERSONAL_DATA_CONSENT_PROPERTIES}. */
export type PERSONAL_DATA_CONSENT_PROPERTIES =
  (typeof PERSONAL_DATA_CONSENT_PROPERTIES)[keyof typeof PERSONAL_DATA_CONSENT_PROPERTIES];

/** One thing that a service asks for. */
export interface ConsentRequestContent {
  /** What. */
  name: PERSONAL_DATA_CONSENT_PROPERTIES;
  /** Without it the whole request counts as denied. */
  required?: boolean;
}

/** One thing that the person gave. */
export interface ConsentContent {
  /** What. */
  name: PERSONAL_DATA_CONSENT_PROPERTIES;
  /** Its value. */
  value: string;
}
