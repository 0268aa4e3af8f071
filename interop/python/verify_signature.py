"""Whether a JWS signature (RFC 7515) verifies with a public key in PEM, by the package cryptography.

usage: verify_signature.py PUBLIC_PEM ALGORITHM MESSAGE SIGNATURE (base64url without padding)
"""

import base64
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

HASHES = {
    "RS256": hashes.SHA256(),
    "ES256": hashes.SHA256(),
    "ES384": hashes.SHA384(),
    "ES512": hashes.SHA512(),
}


def main(path, algorithm, message, signature):
    with open(path, "rb") as file:
        key = serialization.load_pem_public_key(file.read())
    digest = HASHES[algorithm]
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    if algorithm == "RS256":
        key.verify(raw, message.encode(), padding.PKCS1v15(), digest)
        return
    length = (key.curve.key_size + 7) // 8
    if len(raw) != 2 * length:
        raise SystemExit(f"{len(raw)} bytes are no raw signature on {key.curve.name}")
    r, s = (int.from_bytes(part, "big") for part in (raw[:length], raw[length:]))
    key.verify(utils.encode_dss_signature(r, s), message.encode(), ec.ECDSA(digest))


main(*sys.argv[1:])
