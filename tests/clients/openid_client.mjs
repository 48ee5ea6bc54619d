// openid-client, a certified client library that nobody here wrote, against a running demonstration, with the pages
// driven in headless Chromium on a screen of a small phone: signing in by keyboard alone, consent, the second factor,
// what screen readers are told (axe-core), and pictures of each page.
//
// Usage: node openid_client.mjs URL FOLDER-FOR-PICTURES
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import http from "node:http";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.MODULES}/`);
const client = await import(require.resolve("openid-client"));
const { chromium } = require("playwright-core");
const axe = require("axe-core");

const [url, pictures] = process.argv.slice(2);
const server = http.createServer((request, response) => response.end("back at the app"));
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const redirectUri = `http://127.0.0.1:${server.address().port}/callback`;

const config = await client.discovery(new URL(url), "demo-app", undefined, client.None(), {
  algorithm: "oauth2",
  execute: [client.allowInsecureRequests],
});
const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: redirectUri,
  scope: "institutions.read census.read",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
});

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
const phone = { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
// No page needs a script: they are all switched off.
const context = await browser.newContext({ ...phone, locale: "id-ID", javaScriptEnabled: false });
const page = await context.newPage();
const picture = async (name) => page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
const fitsThePhone = async () => {
  const width = (await page.locator("main").boundingBox()).width;
  assert.ok(width <= 320, `the page is ${width} wide`);
};

await page.goto(address.href);
assert.ok(page.url().startsWith(`${url}/sign-in`), page.url());
await picture("sign-in");
await fitsThePhone();
// By keyboard alone: the first field has the focus.
await page.keyboard.type("council_officer@demo.invalid");
await page.keyboard.press("Tab");
await page.keyboard.type("salah");
await page.keyboard.press("Enter");
await page.getByRole("alert").waitFor();
await picture("sign-in-wrong");
await page.getByLabel("Kata sandi").fill("demo-secret");
await page.getByRole("button", { name: "Masuk" }).click();
await page.getByRole("heading", { name: "Izinkan aplikasi ini?" }).waitFor();
await picture("consent");
await fitsThePhone();
await page.getByRole("button", { name: "Izinkan" }).click();
await page.waitForURL(`${redirectUri}**`);

const tokens = await client.authorizationCodeGrant(config, new URL(page.url()), {
  pkceCodeVerifier: verifier,
  expectedState: state,
});
assert.equal(tokens.scope, "institutions.read census.read");
const read = await client.fetchProtectedResource(config, tokens.access_token, new URL(`${url}/v1/institutions?limit=1`), "GET");
assert.equal(read.status, 200);
const next = await client.refreshTokenGrant(config, tokens.refresh_token);
assert.notEqual(next.refresh_token, tokens.refresh_token);
await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), (error) => error.error === "invalid_grant");
await assert.rejects(client.refreshTokenGrant(config, next.refresh_token), (error) => error.error === "invalid_grant");

// The account, the second factor, and signing in with it.
await page.goto(`${url}/account`);
await picture("account");
await fitsThePhone();
await page.locator("#set_up_password").fill("demo-secret");
await page.getByRole("button", { name: "Aktifkan faktor kedua" }).click();
await picture("second-factor-set-up");
await fitsThePhone();
const key = await page.locator("code").innerText();
const code = (step) => {
  const bits = [...key].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0")).join("");
  const bytes = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", bytes).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
};
const step = () => Math.floor(Date.now() / 30_000);
await page.locator("#code").fill(code(step()));
await page.getByRole("button", { name: "Lanjut" }).click();
await page.getByRole("heading", { name: "Faktor kedua aktif" }).waitFor();
await picture("recovery-codes");
const recovery = await page.locator("code").first().innerText();
await page.getByRole("link", { name: "Lanjut" }).click();
await page.getByRole("button", { name: "Keluar" }).click();
await page.getByLabel("Alamat surel").fill("council_officer@demo.invalid");
await page.getByLabel("Kata sandi").fill("demo-secret");
await page.keyboard.press("Enter");
await page.getByRole("heading", { name: "Faktor kedua" }).waitFor();
await picture("second-factor");
await page.getByLabel("Kode").fill(recovery);
await page.keyboard.press("Enter");
await page.getByRole("heading", { name: "Akun Anda" }).waitFor();
await page.getByRole("link", { name: "English" }).click();
await page.getByRole("heading", { name: "Your account" }).waitFor();
const cookies = await context.cookies();
await context.close();

// What assistive technology is told, page by page; the judge is a script, which the policy of the pages would keep out.
const judged = await browser.newContext({ ...phone, bypassCSP: true });
await judged.addCookies(cookies);
const judge = await judged.newPage();
for (const path of ["/account", `${address.pathname}${address.search}`, "/account/second-factor", "/password-reset", "/sign-in"]) {
  if (path === "/password-reset") await judged.clearCookies();
  for (const colorScheme of ["light", "dark"]) {
    await judge.emulateMedia({ colorScheme });
    await judge.goto(`${url}${path}`);
    await judge.evaluate(axe.source);
    const { violations } = await judge.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), [], `${path} ${colorScheme}`);
  }
}
await browser.close();
server.close();
console.log("openid-client and Chromium: discovery, code with PKCE, refresh, reuse refused; pages by keyboard, without scripts, on a small screen, for screen readers");
