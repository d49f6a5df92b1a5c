"""What a trust anchor is shown as."""

import hashlib
import pathlib
import ssl


def der_of(anchor):
    return ssl.PEM_cert_to_DER_cert(pathlib.Path(anchor).read_text())


def fingerprint_of(anchor):
    digits = hashlib.sha256(der_of(anchor)).hexdigest().upper()
    return " ".join(digits[at:at + 4] for at in range(0, 64, 4))
