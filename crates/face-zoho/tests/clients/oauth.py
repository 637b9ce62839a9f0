"""Gets tokens with two OAuth libraries from PyPI, as their users do: Authlib with PKCE, requests-oauthlib without.

The person at the consent page is played by plain requests. Usage:
python oauth.py BASE_URL CLIENT_ID CLIENT_SECRET REDIRECT_URI SCOPE NATIVE_TOKEN
"""

import json
import os
import sys
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from requests_oauthlib import OAuth2Session

# The server under test is on this machine and speaks plain HTTP.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

base_url, client_id, client_secret, redirect_uri, scope, native_token = sys.argv[1:7]
auth_url, token_url = base_url + "/oauth/v2/auth", base_url + "/oauth/v2/token"
invoices_url = base_url + "/billing/v1/invoices"


class Form(HTMLParser):
    """The action and the hidden fields of a page's form."""

    def __init__(self):
        super().__init__()
        self.action, self.fields = None, {}

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.action = attrs["action"]
        elif tag == "input" and attrs.get("type") == "hidden":
            self.fields[attrs["name"]] = attrs["value"]


def approve(url):
    """What the browser and the person do; the address that the browser is sent back to."""
    page = requests.get(url)
    page.raise_for_status()
    form = Form()
    form.feed(page.text)
    fields = dict(form.fields, token=native_token, decision="approve")
    sent = requests.post(urljoin(page.url, form.action), data=fields, allow_redirects=False)
    assert sent.status_code == 303, (sent.status_code, sent.text)
    return sent.headers["location"]


def with_authlib(method):
    session = AuthlibSession(
        client_id,
        client_secret,
        scope=scope,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        token_endpoint_auth_method=method,
    )
    verifier = "v" * 43
    url, state = session.create_authorization_url(auth_url, code_verifier=verifier, access_type="offline")
    location = approve(url)
    try:
        session.fetch_token(token_url, authorization_response=location, state=state, code_verifier="w" * 43)
        denied = None
    except OAuthError as error:
        denied = error.error
    token = session.fetch_token(token_url, authorization_response=location, state=state, code_verifier=verifier)
    first = session.get(invoices_url).status_code
    refreshed = session.refresh_token(token_url, refresh_token=token["refresh_token"])
    second = session.get(invoices_url).status_code
    session.revoke_token(token_url + "/revoke", token=token["refresh_token"])
    revoked = session.get(invoices_url).status_code
    return {
        "denied": denied,
        "expires_in": token["expires_in"],
        "statuses": [first, second, revoked],
        "is_new": refreshed["access_token"] != token["access_token"],
    }


def with_requests_oauthlib():
    session = OAuth2Session(client_id, redirect_uri=redirect_uri, scope=[scope])
    url, _ = session.authorization_url(auth_url, access_type="offline", prompt="consent")
    # It looks for https in what the browser brought back.
    token = session.fetch_token(token_url, authorization_response=approve(url), client_secret=client_secret)
    first = session.get(invoices_url).status_code
    extra = {"client_id": client_id, "client_secret": client_secret}
    session.refresh_token(token_url, refresh_token=token["refresh_token"], **extra)
    return {"token_type": token["token_type"], "statuses": [first, session.get(invoices_url).status_code]}


print(
    json.dumps(
        {
            "authlib_basic": with_authlib("client_secret_basic"),
            "authlib_post": with_authlib("client_secret_post"),
            "requests_oauthlib": with_requests_oauthlib(),
        }
    )
)
