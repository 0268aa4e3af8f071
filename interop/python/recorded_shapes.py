"""Makes the requests of the Python tools px-device-identity and px-user-identity-service, member for member.

The shapes are those of onesid.md sections 2 to 6. Nothing is sent: every command prints one JSON object, and the tests
replay it. What looks odd here is what those tools do, and why the tests need it:

* the JOSE header carries exp, nbf and iat, and its alg is RS256 whatever the key;
* header and payload are JSON with spaces after commas and colons;
* an EC key in a file signs in raw form (r and s side by side), a TPM in ASN.1 DER, and a TPM's P-384 over SHA-256;
* the coordinates of an EC key lose their leading zero bytes;
* one assertion is sent again and again until it expires (`form --client-assertion`).
"""

from __future__ import annotations

import argparse
import json
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from urllib.parse import urlencode

import shortuuid
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME = 300  # seconds, of every JWT that these tools make
CURVES = {  # by key size: JOSE name, label that the tools send, hash in a file, hash in a TPM
    256: ("P-256", "ES256", hashes.SHA256(), hashes.SHA256()),
    384: ("P-384", "ES384", hashes.SHA384(), hashes.SHA256()),
    521: ("P-521", "ES521", hashes.SHA512(), hashes.SHA512()),
}
KEY_TYPES = {  # as device.yml names them
    "RSA:2048": lambda: rsa.generate_private_key(65537, 2048),
    "RSA:3072": lambda: rsa.generate_private_key(65537, 3072),
    "ECC:p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ECC:p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ECC:p521": lambda: ec.generate_private_key(ec.SECP521R1()),
}
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unpadded(number: int) -> str:
    """A number in as few bytes as it needs, which is wrong for an EC coordinate (RFC 7518 section 6.2.1.2)."""
    return base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def public_jwk(key: PrivateKey) -> dict:
    """The public key without kid and use; P-521 is labelled ES521."""
    numbers = key.public_key().public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        return {"kty": "RSA", "n": unpadded(numbers.n), "e": unpadded(numbers.e), "alg": "RS256"}
    curve, label, _, _ = CURVES[key.key_size]
    return {"kty": "EC", "crv": curve, "x": unpadded(numbers.x), "y": unpadded(numbers.y), "alg": label}


def signature(key: PrivateKey, message: bytes, tpm: bool) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    _, _, file_hash, tpm_hash = CURVES[key.key_size]
    der = key.sign(message, ec.ECDSA(tpm_hash if tpm else file_hash))
    if tpm:
        return der
    size = (key.key_size + 7) // 8
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(der))


def signed(key: PrivateKey, payload: dict, issued_at: int, tpm: bool) -> str:
    header = {"alg": "RS256", "typ": "JWT", "exp": issued_at + LIFETIME, "nbf": issued_at - 5, "iat": issued_at}
    message = ".".join(base64url(json.dumps(part).encode()) for part in (header, payload))
    return f"{message}.{base64url(signature(key, message.encode(), tpm))}"


def assertion(arguments: argparse.Namespace, audience: str) -> str:
    """The private_key_jwt of section 4, column PDI."""
    payload = {
        "iss": arguments.client_id,
        "sub": arguments.client_id,
        "aud": audience,
        "jti": arguments.jti or str(uuid.uuid4()),
        "iat": arguments.issued_at,
        "exp": arguments.issued_at + LIFETIME,
    }
    return signed(arguments.key, payload, arguments.issued_at, arguments.tpm)


def request_object(arguments: argparse.Namespace) -> str:
    """The legacy signed request of section 6.2: no sub, iat, nbf or jti, and the username as login_hint_token."""
    payload = {
        "login_hint_token": arguments.login_hint_token,
        "scope": arguments.scope,
        "acr_values": "poll",
        "iss": arguments.client_id,
        "aud": f"{arguments.host}/oidc/bc-authorize",
        "exp": arguments.issued_at + LIFETIME,
        "binding_message": arguments.binding_message,
    }
    return signed(arguments.key, payload, arguments.issued_at, arguments.tpm)


def print_key(arguments: argparse.Namespace) -> dict:
    """Makes a key as the tools keep it on disk: RSA in PKCS#1, EC in PKCS#8."""
    make = KEY_TYPES[arguments.key_type]
    key = make()
    while arguments.short_coordinate and not _has_short_coordinate(key):
        key = make()
    is_rsa = isinstance(key, rsa.RSAPrivateKey)
    form = serialization.PrivateFormat.TraditionalOpenSSL if is_rsa else serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
    return {"privateKey": pem, "publicKey": {"keys": [public_jwk(key)]}}


def _has_short_coordinate(key: PrivateKey) -> bool:
    if isinstance(key, rsa.RSAPrivateKey):
        raise SystemExit("An RSA key has no coordinates; leave --short-coordinate out.")
    jwk, size = public_jwk(key), (key.key_size + 7) // 8
    return any(len(jwk[name]) < len(base64url(bytes(size))) for name in ("x", "y"))


def print_registration_body(arguments: argparse.Namespace) -> dict:
    """The body of POST {host}/devices/registration (section 3)."""
    title = arguments.title or f"{arguments.role.upper()}-{shortuuid.uuid(name=arguments.domain)}"
    return {
        "publicKey": {"keys": [public_jwk(arguments.key)]},
        "title": title,
        "location": arguments.location,
        "domain": arguments.domain,
        "role": arguments.role.lower(),
        "operatingSystem": "Linux",
        "operatingSystemRelease": "6.1.0-25-amd64",
        "systemArchitecture": "x86_64",
        "systemMemory": 8589934592,
    }


def print_assertion(arguments: argparse.Namespace) -> dict:
    """A client assertion."""
    return {"client_assertion": assertion(arguments, arguments.aud or f"{arguments.host}/oidc/token")}


def print_request_object(arguments: argparse.Namespace) -> dict:
    """The `request` of POST {host}/oidc/bc-authorize."""
    return {"request": request_object(arguments)}


def print_form(arguments: argparse.Namespace) -> dict:
    """A whole request: URL, headers and encoded body, fields in the order in which the tools send them."""
    token_endpoint = f"{arguments.host}/oidc/token"
    url, audience, accept = token_endpoint, token_endpoint, "*/*"
    if arguments.kind == "device-token":
        first, last = {"grant_type": "client_credentials"}, {}
    elif arguments.kind == "ciba-status":
        first, last = {"grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": arguments.value}, {}
    elif arguments.kind == "refresh":
        first, last = {"grant_type": "refresh_token", "refresh_token": arguments.value}, {}
    elif arguments.kind == "introspection":
        url = audience = f"{token_endpoint}/introspection"
        first, last = {}, {"token": arguments.value}
    else:  # bc-authorize; its assertion keeps the token endpoint as audience
        arguments.login_hint_token = arguments.value
        url, accept = f"{arguments.host}/oidc/bc-authorize", "application/json, text/plain, */*"
        first, last = {"request": request_object(arguments)}, {}
    fields = {
        **first,
        "client_id": arguments.client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": arguments.client_assertion or assertion(arguments, audience),
        **last,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
    return {"method": "POST", "url": url, "headers": headers, "fields": fields, "body": urlencode(fields)}


def _private_key(path: str) -> PrivateKey:
    return serialization.load_pem_private_key(Path(path).read_bytes(), password=None)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    def command(name: str, action) -> argparse.ArgumentParser:
        subparser = commands.add_parser(name, help=action.__doc__)
        subparser.set_defaults(action=action)
        return subparser

    make = command("make-key", print_key)
    make.add_argument("--key-type", choices=KEY_TYPES, required=True)
    make.add_argument("--short-coordinate", action="store_true", help="EC: search for a key whose x or y is short")

    register = command("registration-body", print_registration_body)
    register.add_argument("--domain", required=True)
    register.add_argument("--role", default="DESKTOP")
    register.add_argument("--title", help="default: the role and a digest of the domain, the same for every device")
    register.add_argument("--location", default="Undefined")

    assert_ = command("assertion", print_assertion)
    assert_.add_argument("--aud", help="default: {host}/oidc/token, also for bc-authorize")
    ask = command("request-object", print_request_object)
    ask.add_argument("--login-hint-token", required=True, metavar="USERNAME")
    form = command("form", print_form)
    form.add_argument("kind", choices=["device-token", "ciba-status", "refresh", "introspection", "bc-authorize"])
    form.add_argument("--value", help="auth_req_id, refresh token, token or username; write --value=… for any value")
    form.add_argument("--client-assertion", metavar="JWT", help="send this assertion again instead of a new one")

    for subparser in (register, assert_, ask, form):
        subparser.add_argument("--private-key", dest="key", type=_private_key, required=True, metavar="FILE")
    for subparser in (assert_, ask, form):
        subparser.add_argument("--client-id", required=True)
        subparser.add_argument("--host", required=True, help="scheme and authority, without a trailing slash")
        subparser.add_argument("--tpm", action="store_true", help="sign as a TPM does: DER, P-384 over SHA-256")
        subparser.add_argument("--issued-at", type=int, default=int(time.time()), metavar="UNIX-SECONDS")
        subparser.add_argument("--jti", help="default: a random UUID")
    for subparser in (ask, form):
        subparser.add_argument("--scope", default="openid contact profile")
        subparser.add_argument("--binding-message", default="Authorize Login")
    arguments = parser.parse_args()
    if getattr(arguments, "kind", "device-token") != "device-token" and arguments.value is None:
        parser.error(f"form {arguments.kind} needs --value")
    return arguments


if __name__ == "__main__":
    parsed = _arguments()
    print(json.dumps(parsed.action(parsed)))
