import { createParamDecorator, type ExecutionContext } from "@nestjs/common";

/** Whose token a request carries. */
export interface AuthenticatedUser {
  /** `user`: a person signed in. `device`: a machine acts for itself. */
  entity: "user" | "device";
  /** The user id of a person, the client id of a machine. */
  subject: string;
  /** The client that the token was issued to. */
  clientId: string;
  /** The granted scopes, perhaps none. */
  scopes: readonly string[];
  /** The person's username, if the token tells it. */
  username?: string;
  /** The person's role at the provider: `master`, `admin`, `auditor` or `user`. */
  role?: string;
  /** How strongly the decision was tied to the screen, if the token tells it. */
  acr?: string;
  /** When the token ends, in Unix seconds. */
  expiresAt?: number;
}

/** A request that the guard let through. */
export interface AuthenticatedRequest {
  headers: { authorization?: string | undefined };
  user?: AuthenticatedUser;
}

/** The caller that the guard found, or one thing about it: `@CurrentUser("subject") id: string`. */
export const CurrentUser = createParamDecorator(
  (member: keyof AuthenticatedUser | undefined, context: ExecutionContext) => {
    const { user } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    return member === undefined ? user : user?.[member];
  },
);
