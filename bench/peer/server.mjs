// The peer of `cargo xtask bench`: oidc-provider set up to do the same work as Countersign does, with the same keys,
// algorithms and lifetimes. Usage: node server.mjs CONFIG.json, where CONFIG holds
// { port, controlPort, signingKey: PEM, clients: [client metadata] }.
//
// Differences from the defaults of oidc-provider, each so that both sides do the same:
// - The shipped in-memory adapter keeps 1000 entries and drops the oldest; requests that wait for their approval would
//   be lost. It runs here with room for everything of one run.
// - Refresh tokens rotate at every use, as ours do.
// - Opaque access tokens of 3600 s (of a person) and 600 s (of a client), as ours are.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';
import LRU from 'oidc-provider/lib/helpers/lru.js';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const issuer = `http://127.0.0.1:${config.port}`;
const storage = new LRU({ maxSize: 10_000_000 });

const provider = new Provider(issuer, {
  adapter: (model) => new MemoryAdapter(model, storage),
  clients: config.clients,
  jwks: {
    keys: [{
      ...createPrivateKey(config.signingKey).export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'bench',
    }],
  },
  cookies: { keys: ['no browser takes part in the benchmark'] },
  scopes: ['openid', 'offline_access'],
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 3600,
    BackchannelAuthenticationRequest: 600,
    ClientCredentials: 600,
    Grant: 90 * 24 * 3600,
    IdToken: 3600,
    RefreshToken: 14 * 24 * 3600,
  },
  features: {
    backchannelLogout: { enabled: false },
    ciba: {
      enabled: true,
      deliveryModes: ['poll'],
      processLoginHint: (_ctx, hint) => hint,
      triggerAuthenticationDevice: () => {},
      validateBindingMessage: () => {},
      validateRequestContext: () => {},
      verifyUserCode: () => {},
    },
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    requestObjects: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: false },
  },
});

provider.on('server_error', (_ctx, error) => console.error(error));

/** What the phones do on our side: the person says yes to every request of the list. */
async function approve(ids) {
  for (const id of ids) {
    const request = await provider.BackchannelAuthenticationRequest.find(id);
    const grant = new provider.Grant({ accountId: request.accountId, clientId: request.clientId });
    grant.addOIDCScope(request.scope);
    await grant.save();
    await provider.backchannelResult(request, grant, { acr: '0', authTime: Math.floor(Date.now() / 1000) });
  }
}

createServer(async (request, response) => {
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    await approve(JSON.parse(Buffer.concat(chunks)));
    response.writeHead(200, { 'content-length': 0 }).end();
  } catch (error) {
    const text = String(error?.stack ?? error);
    response.writeHead(500, { 'content-length': Buffer.byteLength(text) }).end(text);
  }
}).listen(config.controlPort, '127.0.0.1');

createServer(provider.callback()).listen(config.port, '127.0.0.1');
