import { BadRequestException, NotFoundException } from "@nestjs/common";

/** 400: the front end's request is not one. */
export function invalidRequest(description: string): BadRequestException {
  return new BadRequestException({ error: "invalid_request", error_description: description });
}

/** 404 with the words that front ends know. */
export function sessionNotFound(): NotFoundException {
  return new NotFoundException({ error: "not_found", error_description: "Session not found" });
}
