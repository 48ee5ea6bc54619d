"""Authlib, a client library that nobody here wrote, against a running demonstration: client credentials with a secret,
an authorization code with PKCE for a person who signs in on the pages, refresh, introspection and revocation.

Usage: authlib_flow.py URL
"""

import html
import re
import sys
from urllib.parse import parse_qs, urlparse

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, JsonWebToken

url = sys.argv[1]
metadata = requests.get(f"{url}/.well-known/oauth-authorization-server", timeout=10).json()
assert metadata["issuer"] == url, metadata

# A system that acts for itself.
system = OAuth2Session("demo-council-officer", "demo-secret", token_endpoint_auth_method="client_secret_basic")
token = system.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", scope="institutions.read")
assert token["scope"] == "institutions.read", token
assert system.get(f"{url}/v1/institutions?limit=1").status_code == 200
assert system.get(f"{url}/v1/imports").status_code == 403
keys = JsonWebKey.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())
claims = JsonWebToken(["EdDSA", "ES256"]).decode(token["access_token"], keys)
claims.validate()
assert claims["iss"] == url and claims["aud"] == url and claims["client_id"] == "demo-council-officer"

# An app that acts for a person.
redirect_uri = "http://127.0.0.1:49152/callback"
app = OAuth2Session(
    "demo-app", redirect_uri=redirect_uri, token_endpoint_auth_method="none", code_challenge_method="S256",
    scope="institutions.read institutions.verify",
)
verifier = generate_token(48)
address, state = app.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)

browser = requests.Session()


def hidden(page, action):
    form = page.text.split(f'action="{action}"')[1].split("</form>")[0]
    return {name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)}


page = browser.get(address, timeout=10)
assert page.url.startswith(f"{url}/sign-in"), page.url
filled = hidden(page, "/sign-in") | {"email": "regional_officer@demo.invalid", "password": "demo-secret"}
page = browser.post(f"{url}/sign-in", data=filled, timeout=10)
answer = browser.post(
    f"{url}/oauth/authorize", data=hidden(page, "/oauth/authorize") | {"decision": "allow"}, timeout=10,
    allow_redirects=False,
)
location = answer.headers["location"]
assert location.startswith(redirect_uri), location
assert parse_qs(urlparse(location).query)["iss"] == [url]
token = app.fetch_token(metadata["token_endpoint"], authorization_response=location, state=state, code_verifier=verifier)
assert app.get(f"{url}/v1/institutions?limit=1").status_code == 200
first = token["refresh_token"]
token = app.refresh_token(metadata["token_endpoint"], refresh_token=first)
assert token["refresh_token"] != first
assert app.get(f"{url}/v1/institutions?limit=1").status_code == 200
app.revoke_token(metadata["revocation_endpoint"], token["refresh_token"], token_type_hint="refresh_token")
again = requests.post(
    metadata["token_endpoint"], timeout=10,
    data={"grant_type": "refresh_token", "refresh_token": token["refresh_token"], "client_id": "demo-app"},
)
assert again.status_code == 400 and again.json()["error"] == "invalid_grant", again.text

asked = system.introspect_token(metadata["introspection_endpoint"], token=system.token["access_token"])
assert asked.json()["active"] is True, asked.text
print("Authlib: discovery, client credentials, code with PKCE, refresh, revocation, introspection")
