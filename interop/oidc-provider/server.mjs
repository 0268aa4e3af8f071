// A provider that is not ours: oidc-provider with CIBA in poll mode, for the tests of our client.
// Usage: node server.mjs CLIENTS.json, where CLIENTS.json is a list of client metadata (OpenID Connect Registration §2).
//
// Says one line when it listens, `listening on {"issuer":…,"control":…}`, and ends when its standard input does.
// `POST {control}/{verb}/{auth_req_id}` is what the person does, or what time does: approve, deny, expire, slow-down.
//
// Everything is oidc-provider's own answer with one exception: it knows no `slow_down` (CIBA Core §11), so after that
// verb the next answer "pending" for this request is made a "slow_down" on its way out.
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import Provider, { errors } from 'oidc-provider';

// Standard output is for that one line; what oidc-provider has to say goes to standard error.
console.log = console.error;
console.info = console.error;

/** Starts a server on a free port of loopback and gives its address. */
async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

function signingKey(alg, type, options) {
  return { ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
}

const front = createServer();
const issuer = await listen(front);
const provider = new Provider(issuer, {
  clients: JSON.parse(readFileSync(process.argv[2], 'utf8')),
  jwks: {
    keys: [
      signingKey('RS256', 'rsa', { modulusLength: 2048 }),
      signingKey('ES256', 'ec', { namedCurve: 'P-256' }),
    ],
  },
  cookies: { keys: ['no browser takes part'] },
  scopes: ['openid', 'offline_access', 'profile'],
  claims: { openid: ['sub'], profile: ['preferred_username'] },
  // Profile claims stand in the ID token, since nobody asks the UserInfo endpoint.
  conformIdTokenClaims: false,
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id }) }),
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 3600,
    BackchannelAuthenticationRequest: 600,
    ClientCredentials: 600,
    Grant: 24 * 3600,
    IdToken: 3600,
    RefreshToken: 24 * 3600,
  },
  features: {
    backchannelLogout: { enabled: false },
    ciba: {
      enabled: true,
      deliveryModes: ['poll'],
      processLoginHint: (_ctx, hint) => (hint.startsWith('no.body') ? undefined : hint),
      processLoginHintToken: (_ctx, token) => token,
      triggerAuthenticationDevice: () => {},
      validateBindingMessage: () => {},
      validateRequestContext: () => {},
      verifyUserCode: () => {},
    },
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    requestObjects: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => ({
        scope: 'api:read', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 3600,
      }),
    },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: false },
  },
});
provider.on('server_error', (_ctx, error) => console.error(error));

const tooFast = new Set();
provider.use(async (ctx, next) => {
  await next();
  const id = ctx.oidc?.params?.auth_req_id;
  if (ctx.body?.error === 'authorization_pending' && tooFast.delete(id)) {
    ctx.body = { error: 'slow_down', error_description: 'you are polling too quickly' };
  }
});

/** What can happen to a request that waits. */
const verbs = {
  async approve(request) {
    const grant = new provider.Grant({ accountId: request.accountId, clientId: request.clientId });
    grant.addOIDCScope(request.scope);
    if (request.resource) grant.addResourceScope(request.resource, request.scope);
    await grant.save();
    await provider.backchannelResult(request, grant, { acr: '0', authTime: Math.floor(Date.now() / 1000) });
  },
  deny: (request) => provider.backchannelResult(request, new errors.AccessDenied('the person said no')),
  async expire(request) {
    const { adapter, jti } = request;
    await adapter.upsert(jti, { ...await adapter.find(jti), exp: 1 }, 600);
  },
  'slow-down': (request) => tooFast.add(request.jti),
};

async function act(path) {
  const [, verb, id] = path.split('/');
  const request = await provider.BackchannelAuthenticationRequest.find(id);
  if (!request || !Object.hasOwn(verbs, verb)) throw new Error(`there is no such verb or request: ${path}`);
  await verbs[verb](request);
}

const control = await listen(createServer(async (request, response) => {
  try {
    await act(request.url);
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(500).end(String(error?.stack ?? error));
  }
}));
front.on('request', provider.callback());
process.stdin.resume().on('end', () => process.exit(0));
process.stdout.write(`listening on ${JSON.stringify({ issuer, control })}\n`);
