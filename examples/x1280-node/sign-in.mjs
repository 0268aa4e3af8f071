// Signs one person in and says who they are.
import { parseArgs } from "node:util";
import { decision, identity, initiate, isAuthentic } from "./mutual.mjs";

const { values: settings } = parseArgs({
  options: {
    server: { type: "string" },
    "service-id": { type: "string" },
    "response-key": { type: "string" },
    audience: { type: "string" },
    "token-id": { type: "string" },
    scope: { type: "string", multiple: true, default: ["identity:name", "identity:age_over_18"] },
  },
});
const { server, audience, "token-id": tokenId, "service-id": serviceId, "response-key": responseKey } = settings;
if (!server || !audience || !tokenId || !serviceId) {
  console.error("usage: node sign-in.mjs --server URL --service-id ID --audience AUD --token-id ID [--scope SCOPE]… [--response-key=KEY]");
  process.exit(2);
}

try {
  const session = await initiate(server, { tokenId, serviceId, scopes: settings.scope });
  console.log(`code ${session.autoPassword}`);
  console.log(`Compare it with your phone before ${session.expiresAt}, and approve there.`);

  const answer = await decision(server, session, (reason) => console.error(reason));
  if (responseKey && !isAuthentic(responseKey, session, answer)) {
    throw new Error("this answer was not made for us");
  }
  const payload = await identity(server, answer.jwt, { audience, tokenId });
  console.log(`givenName ${payload.idtoken.givenName}`);
  console.log(`age_over_18 ${payload.idtoken.age_over_18}`);
} catch (error) {
  console.error(`no sign-in: ${error.message}`);
  process.exitCode = 1;
}
