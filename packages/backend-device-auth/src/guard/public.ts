import { SetMetadata } from "@nestjs/common";

/** The metadata key of {@link Public}. */
export const IS_PUBLIC = "countersign:isPublic";

/** Opens a route, or all routes of a controller, to callers without a token. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(IS_PUBLIC, true);
