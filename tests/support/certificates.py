"""Certificates and keys for tests, and what a served certificate says."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID


def write_pair(folder, names=("localhost",), kind="ecdsa", label="own", days=30):
    """A self-signed certificate and its key as two PEM files."""
    key = (rsa.generate_private_key(65537, 2048) if kind == "rsa"
           else ec.generate_private_key(ec.SECP256R1()))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.utcnow()
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), False)
        .sign(key, hashes.SHA256()))
    certificate_file, key_file = folder / f"{label}.crt", folder / f"{label}.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    key_file.chmod(0o600)
    return certificate_file, key_file


def _general(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def load(file):
    return x509.load_pem_x509_certificate(open(file, "rb").read())


def served(wire):
    """The certificate that a TLS connection was given."""
    return x509.load_der_x509_certificate(wire.socket.getpeercert(binary_form=True))


def names(certificate):
    """DNS names and addresses of a certificate, as text."""
    alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*alternative.get_values_for_type(x509.DNSName),
            *(str(address) for address in alternative.get_values_for_type(x509.IPAddress))}


def fingerprint(certificate):
    return certificate.fingerprint(hashes.SHA256()).hex()
