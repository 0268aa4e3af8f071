import { isAuthenticResponse, MutualVerifier } from "@countersign/backend-modules";
import { initiate, type MutualSession } from "@countersign/common/x1280";
import { Phone, Provider } from "@countersign/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";

const AUDIENCE = "https://wine.example";
const PERSONAL =
  "--given-name Marie --family-name Dupont --date-of-birth 1990-05-17 --nationality FRA --trust-level 2";

let provider: Provider;
let phone: Phone;
let tokenId: string;
let service: { serviceVds: string; responseKey: string };

beforeAll(async () => {
  provider = await Provider.start();
  const issued = (await provider.command("credential", "issue", ...PERSONAL.split(" "))) as {
    credential: string;
    tokenId: string;
  };
  tokenId = issued.tokenId;
  const scopes = ["--allowed-scope", "identity:name,identity:age_over_18"];
  const about = ["--name", "Wine shop", ...scopes, "--audience", AUDIENCE];
  service = (await provider.command("service", "add", ...about)) as typeof service;
  phone = await Phone.withCredential(provider, issued.credential);
});

afterAll(async () => {
  await provider.stop();
});

/** Begins a session, lets the person approve it, and gives what the browser is told. */
async function signIn(): Promise<{ session: MutualSession; approval: { jwt: string; hash: string } }> {
  const session = await initiate(provider.host, { tokenId, serviceVds: service.serviceVds });
  await phone.approve("--code", session.autoPassword);
  const url = new URL(`${provider.host.replace("http", "ws")}/ws/session/${session.sessionId}`);
  url.searchParams.set("token", session.wsToken);
  const socket = new WebSocket(url);
  const approval = await new Promise<{ jwt: string; hash: string }>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data: Buffer) => {
      const event = JSON.parse(data.toString()) as { type: string; jwt: string; hash: string };
      if (event.type === "approved") {
        resolve(event);
      }
    });
  });
  socket.close();
  return { session, approval };
}

test("the backend verifies who signed in, for this service, this session and this person", async () => {
  const { session, approval } = await signIn();
  const { responseKey } = service;
  const options = { idpBaseUrl: provider.host, audience: AUDIENCE, responseKey };
  const verifier = new MutualVerifier(options);
  const identity = await verifier.verify(session, approval, tokenId);
  expect(identity).toMatchObject({
    iss: provider.host,
    aud: AUDIENCE,
    sub: tokenId,
    idtoken: { givenName: "Marie", familyName: "Dupont", age_over_18: true },
  });

  const elsewhere = { ...session, sessionId: "sess_another" };
  await expect(verifier.verify(elsewhere, approval, tokenId)).rejects.toMatchObject({
    code: "wrong_signature",
  });
  await expect(verifier.verify(session, approval, "somebody")).rejects.toMatchObject({ claim: "sub" });
  const other = new MutualVerifier({ ...options, audience: "https://other.example" });
  await expect(other.verify(session, approval, tokenId)).rejects.toMatchObject({ claim: "aud" });
  expect(isAuthenticResponse("AAAA", session, approval)).toBe(false);
  expect(isAuthenticResponse(responseKey, session, { ...approval, hash: "AAAA" })).toBe(false);
});
