"""Runs one call of the published Authlib against a provider and prints one JSON object.

Authlib signs the client assertion (its own PrivateKeyJWT), sends the form and reads the answer; this file only names
the call. A refusal is an outcome and exits with 0; misuse exits with 2.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

CIBA = "urn:openid:params:grant-type:ciba"
TIMEOUT = 5  # seconds; the drivers wait longer than any client of onesid.md section 15
KEYS = {"RS": RSAKey, "PS": RSAKey, "ES": ECKey, "Ed": OKPKey}


class Refused(Exception):
    """An answer that says no where Authlib itself hands the answer through."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(f"the provider answered {response.status_code}")
        try:
            body = response.json()
        except ValueError:
            body = {}
        self.error = body.get("error")
        self.description = body.get("error_description")


class Client:
    """An Authlib session and the metadata of the provider that it talks to."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.stage = "load"
        self.last_status: int | None = None
        self.call = arguments.call
        self.arguments = arguments

    def outcome(self) -> dict:
        """What the driver prints. Whatever Authlib raises is the finding, so every exception is one."""
        try:
            self._open(self.arguments)
            self.stage = "call"
            return {"ok": True, "value": self.call(self, self.arguments)}
        except Exception as error:
            failure = {"ok": False, "stage": self.stage, "kind": type(error).__name__, "error": str(error)}
            if self.last_status is not None:
                failure["status"] = self.last_status
            if isinstance(error, (OAuthError, Refused)):
                failure["oauth_error"] = error.error
                failure["oauth_error_description"] = error.description
            return failure

    def _open(self, arguments: argparse.Namespace) -> None:
        key = KEYS[arguments.alg[:2]].import_key(Path(arguments.private_key).read_text())
        self.stage = "discover"
        self.metadata = self._discover(arguments.issuer)
        token_endpoint = self.metadata["token_endpoint"]
        self.session = OAuth2Session(
            arguments.client_id,
            key,
            token_endpoint_auth_method=PrivateKeyJWT.name,
            revocation_endpoint_auth_method=PrivateKeyJWT.name,
            token_endpoint=token_endpoint,
            default_timeout=TIMEOUT,
        )
        self.session.hooks["response"].append(self._keep_status)
        # Authlib's audience is the token endpoint, at the introspection and revocation endpoints too.
        header = {"kid": arguments.kid} if arguments.kid else None
        audience = arguments.audience or token_endpoint
        self.session.register_client_auth_method(PrivateKeyJWT(audience, headers=header, alg=arguments.alg))

    def _discover(self, issuer: str) -> dict:
        response = requests.get(get_well_known_url(issuer, external=True), timeout=TIMEOUT)
        self._keep_status(response)
        response.raise_for_status()
        metadata = response.json()
        if metadata["issuer"] != issuer:
            raise ValueError(f"the metadata names another issuer: {metadata['issuer']}")
        return metadata

    def _keep_status(self, response: requests.Response, *_: object, **__: object) -> None:
        self.last_status = response.status_code

    def device_token(self, arguments: argparse.Namespace) -> dict:
        """Gets an access token for the client itself."""
        extra = {"scope": arguments.scope} if arguments.scope else {}
        return dict(self.session.fetch_token(grant_type="client_credentials", **extra))

    def ciba_status(self, arguments: argparse.Namespace) -> dict:
        """Polls once for the tokens of an authentication request (CIBA Core section 10.1)."""
        return dict(self.session.fetch_token(grant_type=CIBA, auth_req_id=arguments.auth_req_id))

    def refresh(self, arguments: argparse.Namespace) -> dict:
        """Uses a refresh token once."""
        return dict(self.session.refresh_token(refresh_token=arguments.token))

    def introspect(self, arguments: argparse.Namespace) -> dict:
        """Introspects a token (RFC 7662)."""
        response = self.session.introspect_token(self.metadata["introspection_endpoint"], token=arguments.token)
        return _accepted(response).json()

    def revoke(self, arguments: argparse.Namespace) -> dict:
        """Revokes a token (RFC 7009)."""
        response = self.session.revoke_token(self.metadata["revocation_endpoint"], token=arguments.token)
        return {"status": _accepted(response).status_code}

    def validate_id_token(self, arguments: argparse.Namespace) -> dict:
        """Checks an ID token against the published key set, as OpenID Connect Core section 3.1.3.7 asks."""
        keys = KeySet.import_key_set(requests.get(self.metadata["jwks_uri"], timeout=TIMEOUT).json())
        token = jwt.decode(arguments.token, keys, algorithms=self.metadata["id_token_signing_alg_values_supported"])
        rules = jwt.JWTClaimsRegistry(
            leeway=0,
            iss={"essential": True, "value": self.metadata["issuer"]},
            aud={"essential": True, "value": self.session.client_id},
            sub={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        )
        rules.validate(token.claims)
        return {"header": token.header, "claims": token.claims}


def _accepted(response: requests.Response) -> requests.Response:
    if response.status_code != requests.codes.ok:
        raise Refused(response)
    return response


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--issuer", required=True, help="the issuer, without a trailing slash")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--private-key", required=True, metavar="FILE", help="PEM")
    parser.add_argument("--alg", default="RS256", help="how the assertion is signed (default RS256)")
    parser.add_argument("--kid", help="the kid of the assertion's header (default none)")
    parser.add_argument("--audience", help="the aud of the assertion (default the token endpoint, as Authlib does)")
    calls = parser.add_subparsers(required=True)

    def call(name: str, method: str, *positional: str) -> argparse.ArgumentParser:
        action = getattr(Client, method)
        subparser = calls.add_parser(name, help=action.__doc__)
        subparser.set_defaults(call=action)
        for argument in positional:
            subparser.add_argument(argument, help="put -- before it, because it may begin with a hyphen")
        return subparser

    call("device-token", "device_token").add_argument("--scope")
    call("ciba-status", "ciba_status", "auth_req_id")
    call("refresh", "refresh", "token")
    call("introspect", "introspect", "token")
    call("revoke", "revoke", "token")
    call("validate-id-token", "validate_id_token", "token")
    return parser.parse_args()


if __name__ == "__main__":
    print(json.dumps(Client(_arguments()).outcome()))
