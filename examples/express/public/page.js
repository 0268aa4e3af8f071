// The page: a code to scan and a username at the same time, the wait for the phone, and who signed in.
import { ExpiredError, IdpError, UnreachableError, signInClient } from "@countersign/common";
import { signInWithQr } from "@countersign/common/qr";

const at = (id) => document.getElementById(id);

/** Shows one of the three sections, and lets people who hear the page hear it. */
function show(section) {
  for (const id of ["ask", "wait", "done"]) {
    at(id).hidden = id !== section;
  }
  const title = at(`${section}-title`);
  document.title = `${title.textContent} · Lighthouse Library`;
  title.focus({ preventScroll: true });
}

const say = (text) => {
  at("status").textContent = text;
};

const LABELS = {
  compare: "Your phone shows a code. Approve only if it is this one:",
  choose: "Choose this code on your phone:",
  transfer: "Type this code on your phone:",
};

/** The phone has the question now. */
function waiting({ verification } = {}) {
  at("verification").hidden = !verification;
  if (verification) {
    at("verification-label").textContent = LABELS[verification.mode] ?? "Your code:";
    at("verification-code").textContent = verification.code;
  }
  show("wait");
  say("Waiting for your phone.");
}

const REASONS = {
  access_denied: "You said no on your phone, so nobody was signed in.",
  expired_token: "Nobody answered in time. Try again when your phone is at hand.",
  unknown_user_id: "We do not know this username. Is it spelled right?",
};

function reason(error) {
  if (error instanceof IdpError && error.status < 500) {
    return REASONS[error.error] ?? "This did not work. Please try again.";
  }
  if (error instanceof ExpiredError) {
    return REASONS.expired_token;
  }
  return error instanceof UnreachableError || error instanceof IdpError
    ? "Signing in does not work at the moment. Please try again soon."
    : "This did not work. Please try again.";
}

/** Both ways in are open until one of them is taken; a new attempt ends the ones before. */
let attempt = new AbortController();

function begin() {
  attempt.abort();
  attempt = new AbortController();
  return attempt.signal;
}

/** Goes through one sign-in; what went wrong is told to `failed`, unless another attempt took its place. */
async function run(signal, signIn, failed) {
  try {
    const tokens = await signIn();
    await welcome(tokens.access_token);
  } catch (error) {
    if (!signal.aborted) {
      failed(reason(error));
    }
  }
}

function tell(problem) {
  at("problem").hidden = !problem;
  at("problem").textContent = problem ?? "";
}

/** Offers both ways in. */
function ask(problem) {
  tell(problem);
  say("");
  if (at("ask").hidden) {
    show("ask");
  }
  offerCode();
}

function offerCode() {
  const signal = begin();
  let isScanned = false;
  at("again").hidden = true;
  const signIn = () =>
    signInWithQr(at("code"), "", {
      signal,
      animated: true,
      picture: { title: "Code to scan with your authenticator", errorCorrection: "low" },
      onScanned: (session) => {
        isScanned = true;
        waiting(session);
      },
    });
  const failed = (problem) => {
    if (isScanned) {
      ask(problem);
    } else {
      // Asking for the next code by itself would ask again and again while nothing works.
      tell(problem);
      at("again").hidden = false;
    }
  };
  void run(signal, signIn, failed);
}

at("again").addEventListener("click", () => ask());

at("form").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  const signal = begin();
  tell();
  const signIn = () => signInClient("", at("username").value.trim(), { signal, onRequest: waiting });
  void run(signal, signIn, ask);
});

at("cancel").addEventListener("click", () => ask());

async function welcome(token) {
  const response = await fetch("/api/me", { headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok) {
    throw new Error("the service does not know the token that it gave");
  }
  const { username, subject, until } = await response.json();
  at("who").textContent = username;
  at("subject").textContent = subject;
  at("until").textContent = new Date(until * 1000).toLocaleTimeString([], { timeStyle: "short" });
  show("done");
  say(`Signed in as ${username}.`);
}

// The token was in the memory of this page and nowhere else.
at("leave").addEventListener("click", () => location.reload());

ask();
