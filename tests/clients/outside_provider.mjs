// oidc-provider, a certified OpenID provider that nobody here wrote, as the outside provider of a running demonstration.
//
// Usage: node outside_provider.mjs serve            runs the provider, and prints its issuer
//        node outside_provider.mjs sign-in ISSUER URL  signs a person in there, and uses the token here
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.MODULES}/`);
const [mode, issuer, url] = process.argv.slice(2);
const redirectUri = "http://127.0.0.1:9/callback";

if (mode === "serve") {
  const { Provider } = await import(require.resolve("oidc-provider"));
  const { createServer } = await import("node:http");
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const at = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(at, {
    clients: [{ client_id: "app", redirect_uris: [redirectUri], token_endpoint_auth_method: "none", application_type: "native" }],
    claims: { email: ["email", "email_verified"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@demo.invalid`, email_verified: true }) }),
    extraTokenClaims: (_, token) => ({ email: `${token.accountId}@demo.invalid`, email_verified: true }),
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => "aumsos",
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: "api", audience: "aumsos", accessTokenFormat: "jwt" }),
      },
    },
    scopes: ["openid", "email", "api"],
  });
  server.on("request", provider.callback());
  console.log(at);
} else {
  const jar = new Map();
  const ask = async (address, form) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(new URL(address, issuer), {
      redirect: "manual",
      headers: { cookie },
      ...(form && { method: "POST", body: new URLSearchParams(form) }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
      jar.set(name, value);
    }
    return response;
  };
  const follow = async (response) => {
    let at = response;
    for (let step = 0; at.status >= 300 && at.status < 400 && step < 10; step += 1) {
      const next = at.headers.get("location");
      if (next.startsWith(redirectUri)) return next;
      at = await ask(next);
      if (at.status === 200) {
        const text = await at.text();
        const action = text.match(/action="([^"]+)"/)[1];
        const prompt = text.includes('value="login"') ? "login" : "consent";
        at = await ask(action, { prompt, login: "council_officer", password: "x" });
      }
    }
    throw new Error(`the provider answered ${at.status}: ${await at.text()}`);
  };
  const verifier = randomBytes(32).toString("base64url");
  const asked = new URLSearchParams({
    client_id: "app", response_type: "code", redirect_uri: redirectUri, scope: "openid email api", resource: "urn:aumsos",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256",
  });
  const back = new URL(await follow(await ask(`/auth?${asked}`)));
  const tokens = await (await ask("/token", {
    grant_type: "authorization_code", client_id: "app", code: back.searchParams.get("code"), redirect_uri: redirectUri,
    code_verifier: verifier, resource: "urn:aumsos",
  })).json();
  assert.ok(tokens.access_token, JSON.stringify(tokens));
  const read = async (token) => (await fetch(`${url}/v1/imports`, { headers: { authorization: `Bearer ${token}` } })).status;
  assert.equal(await read(tokens.access_token), 200);
  // What says who somebody is to the app is no key to this service.
  assert.equal(await read(tokens.id_token), 401);
  console.log("oidc-provider: its access token lets its person in with the roles held here, its ID token nobody");
}
