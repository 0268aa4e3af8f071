// The three calls of a mutual sign-in: begin a session, wait for the person, verify the identity.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { WebSocket } from "ws"; // From Node 22 on the global one does as well.

/** Asks for a person. Show `autoPassword` to them: their phone shows the same. */
export async function initiate(server, request) {
  const response = await fetch(new URL("/auth/initiate", server), {
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
  const url = new URL(`/ws/session/${sessionId}`, server);
  url.protocol = url.protocol.replace("http", "ws");
  url.searchParams.set("token", wsToken);
  const socket = new WebSocket(url);
  return new Promise((resolve, reject) => {
    let reason = "the connection ended before the session";
    socket.addEventListener("message", ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === "approved") {
        resolve(event);
        socket.close();
      } else if (event.type === "rejected") {
        reason = event.reason;
        tell(reason);
      } else if (event.type === "expired") {
        reason = "nobody answered in time";
      }
    });
    // The server closes the socket when the session ends.
    socket.addEventListener("close", () => reject(new Error(reason)));
    socket.addEventListener("error", ({ message }) => reject(new Error(message)));
  });
}

/** The identity, if it is the provider's, for us, and about the person that we asked for. */
export async function identity(server, jwt, { audience, tokenId }) {
  const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", server));
  const { payload } = await jwtVerify(jwt, keys, {
    issuer: new URL(server).origin,
    audience,
    subject: tokenId,
    algorithms: ["ES256"],
  });
  return payload;
}

/** Whether the answer was made for this session by who holds our response key, rather than by a page in between. */
export function isAuthentic(responseKey, { sessionId, random }, { jwt, hash }) {
  const mac = createHmac("sha256", Buffer.from(responseKey, "base64url"))
    .update(`${sessionId}|${jwt}|${random}`)
    .digest();
  const given = Buffer.from(hash, "base64url");
  return given.length === mac.length && timingSafeEqual(given, mac);
}
