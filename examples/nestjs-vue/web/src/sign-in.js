// The three ways in, and where the person stands: asked how, waiting for the phone, or signed in.
import { ExpiredError, IdpError, UnreachableError, signInClient } from "@countersign/common";
import { signInWithQr } from "@countersign/common/qr";
import { MutualSessionError, waitForIdentity } from "@countersign/common/x1280";
import { readonly, shallowReactive } from "vue";

const REASONS = {
  access_denied: "You said no on your phone, so nobody was signed in.",
  expired_token: "Nobody answered in time. Try again when your phone is at hand.",
  unknown_user_id: "We do not know this name. Is it spelled right?",
};
const AWAY = "Signing in does not work at the moment. Please try again soon.";
const NO_CODE = "We cannot show a code at the moment. Please sign in by username, or try again soon.";
const FAILED = "This did not work. Please try again.";

function reason(error) {
  if (error instanceof MutualSessionError) {
    return error.reason === "rejected" ? REASONS.access_denied : REASONS.expired_token;
  }
  if (error instanceof ExpiredError) {
    return REASONS.expired_token;
  }
  if (error instanceof UnreachableError || (error instanceof IdpError && error.status >= 500)) {
    return AWAY;
  }
  return (error instanceof IdpError && REASONS[error.error]) || FAILED;
}

/** Calls of our own backend beside those that @countersign/common knows. */
async function call(path, { body, token, signal } = {}) {
  const response = await fetch(`/api/${path}`, {
    method: body ? "POST" : "GET",
    headers: {
      ...(body && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
    signal,
  });
  const data = await response.json();
  if (!response.ok) {
    throw new IdpError({ status: response.status, data, headers: {} });
  }
  return data;
}

export function useSignIn() {
  const state = shallowReactive({
    stage: "ask",
    /** The way in that is offered, which stays after a refusal: `code`, `username` or `credential`. */
    way: "code",
    problem: "",
    /** The last code could not be shown, or nobody scanned it. */
    codeIsGone: false,
    verification: undefined,
    person: undefined,
    settings: undefined,
  });
  call("settings").then(
    (settings) => (state.settings = settings),
    () => (state.problem = AWAY),
  );

  let attempt = new AbortController();

  /** A new attempt ends the one before. */
  function begin() {
    attempt.abort();
    attempt = new AbortController();
    state.codeIsGone = false;
    return attempt.signal;
  }

  async function run(way) {
    const signal = begin();
    try {
      state.person = await way(signal);
      state.problem = "";
      state.stage = "welcome";
    } catch (error) {
      if (!signal.aborted) {
        const problem = reason(error);
        state.codeIsGone = state.stage === "ask" && state.way === "code";
        state.problem = state.codeIsGone && problem === AWAY ? NO_CODE : problem;
        state.stage = "ask";
      }
    }
  }

  function wait(verification) {
    state.verification = verification;
    state.problem = "";
    state.stage = "wait";
  }

  async function owner({ access_token: token }, signal) {
    const { username, subject, expiresAt } = await call("me", { token, signal });
    return { name: username, facts: [["Your id here", subject]], expiresAt };
  }

  const byCode = (element) =>
    run(async (signal) => {
      const onScanned = ({ verification }) => wait(verification);
      const picture = { title: "Code to scan with your authenticator", errorCorrection: "low" };
      return owner(await signInWithQr(element, "", { signal, animated: true, picture, onScanned }), signal);
    });

  const byUsername = (username) =>
    run(async (signal) => {
      const onRequest = ({ verification }) => wait(verification);
      return owner(await signInClient("", username, { signal, onRequest }), signal);
    });

  const byCredential = (tokenId) =>
    run(async (signal) => {
      const session = await call("mutual/initiate", { body: { tokenId }, signal });
      wait({ mode: "compare", code: session.autoPassword });
      const { sessionId, jwt, hash } = await waitForIdentity(state.settings.provider, session, { signal });
      const identity = await call("mutual/finish", { body: { sessionId, jwt, hash }, signal });
      const { givenName, isAdult, expiresAt } = identity;
      return { name: givenName, facts: [["18 or older", isAdult ? "yes" : "no"]], expiresAt };
    });

  /** Offers another way in. */
  function choose(way) {
    begin();
    state.way = way;
  }

  /** Ends what is under way and what was reached. Tokens were in the memory of this page and nowhere else. */
  function leave() {
    begin();
    Object.assign(state, { stage: "ask", problem: "", verification: undefined, person: undefined });
  }

  return { state: readonly(state), byCode, byUsername, byCredential, choose, leave };
}
