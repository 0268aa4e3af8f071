// The page: shows the code, then who signed in.
import { decision, identity, initiate } from "./mutual.js";

const at = (id) => document.getElementById(id);
const say = (text) => {
  at("status").textContent = text;
};

async function signIn(tokenId) {
  const { server, serviceId, audience, scopes } = await (await fetch("settings.json")).json();
  const session = await initiate(server, { tokenId, serviceId, scopes });
  at("code").textContent = session.autoPassword;
  at("compare").hidden = false;
  say("Waiting for your phone…");

  const answer = await decision(server, session, say);
  // A page that opens an account sends the token, hash and random to its own server, which verifies them as well.
  const { idtoken } = await identity(server, answer.jwt, { audience, tokenId });
  at("given-name").textContent = idtoken.givenName;
  at("age-over-18").textContent = idtoken.age_over_18 ? "yes" : "no";
  at("identity").hidden = false;
  say("Signed in.");
}

at("ask").addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  at("identity").hidden = true;
  try {
    await signIn(at("token-id").value.trim());
  } catch (error) {
    say(`No sign-in: ${error.message}`);
  } finally {
    at("compare").hidden = true;
  }
});
