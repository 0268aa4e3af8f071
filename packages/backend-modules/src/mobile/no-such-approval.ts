import { CountersignError, type Advice } from "@countersign/common";

/** What was to be answered does not wait: it has ended, was answered already, or is not this person's. */
export class NoSuchApproval extends CountersignError {
  override readonly name = "NoSuchApproval";
  readonly code = "ERR_NO_SUCH_APPROVAL";
  readonly advice: Advice = { kind: "give_up" };
}
