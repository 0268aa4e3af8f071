// The three calls of a mutual sign-in: begin a session, wait for the person, verify the identity.
import { createRemoteJWKSet, jwtVerify } from "./node_modules/jose/dist/webapi/index.js";

/** Asks for a person. Show `autoPassword` to them: their phone shows the same. */
export async function initiate(server, request) {
  const response = await fetch(`${server}/auth/initiate`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`${answer.error}: ${answer.message}`);
  }
  return answer;
}

/** Waits for the end of a session. `tell` hears of wrong answers after which the person may try again. */
export function decision(server, { sessionId, wsToken }, tell) {
  const address = `${server.replace(/^http/, "ws")}/ws/session/${sessionId}?token=${wsToken}`;
  const socket = new WebSocket(address);
  return new Promise((resolve, reject) => {
    let reason = "the connection ended before the session";
    socket.addEventListener("message", ({ data }) => {
      const event = JSON.parse(data);
      switch (event.type) {
        case "approved":
          resolve(event);
          socket.close();
          break;
        case "rejected":
          reason = event.reason;
          tell(reason);
          break;
        case "expired":
          reason = "nobody answered in time";
          break;
      }
    });
    // The server closes the socket when the session ends; an error closes it too.
    socket.addEventListener("close", () => reject(new Error(reason)));
  });
}

/** The identity, if it is the provider's, for us, and about the person that we asked for. */
export async function identity(server, jwt, { audience, tokenId }) {
  const keys = createRemoteJWKSet(new URL(`${server}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(jwt, keys, {
    issuer: server,
    audience,
    subject: tokenId,
    algorithms: ["ES256"],
  });
  return payload;
}
