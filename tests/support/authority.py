"""A certification authority of the tests: certificates as right or as wrong as a test wants them."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import (
    AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key(rsa_bits):
    if rsa_bits:
        return rsa.generate_private_key(65537, rsa_bits)
    return ec.generate_private_key(ec.SECP256R1())


class Authority:
    """root -> intermediate; files are written below `folder`."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._root_key, self._key = _key(None), _key(None)
        self.root = self._issue("test root", self._root_key, _name("test root"), self._root_key)
        self.intermediate = self._issue(
            "test intermediate", self._key, self.root.subject, self._root_key)
        self.anchor = folder / "root.crt"
        self.anchor.write_bytes(self.root.public_bytes(serialization.Encoding.PEM))

    def _issue(self, name, key, issuer, issuer_key, *, names=(), start=-1, end=30, ca=True,
               digest=None, issuer_url=None):
        now = datetime.datetime.utcnow()
        builder = (
            x509.CertificateBuilder().subject_name(_name(name)).issuer_name(issuer)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=start))
            .not_valid_after(now + datetime.timedelta(days=end))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), True))
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general(name) for name in names]), False)
        if not ca:
            builder = builder.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        if issuer_url:
            builder = builder.add_extension(x509.AuthorityInformationAccess([
                x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS,
                                       x509.UniformResourceIdentifier(issuer_url))]), False)
        return builder.sign(issuer_key, digest or hashes.SHA256())

    def leaf(self, *names, label="leaf", rsa_bits=None, send_intermediate=True, self_signed=False,
             **more):
        """The files (chain, key) of a certificate for servers."""
        key = _key(rsa_bits)
        issuer, issuer_key = self.intermediate.subject, self._key
        if self_signed:
            issuer, issuer_key = _name(names[0]), key
        leaf = self._issue(names[0], key, issuer, issuer_key, names=names, ca=False, **more)
        chain = [leaf] + ([self.intermediate] if send_intermediate and not self_signed else [])
        files = self.folder / f"{label}.crt", self.folder / f"{label}.key"
        files[0].write_bytes(b"".join(
            one.public_bytes(serialization.Encoding.PEM) for one in chain))
        files[1].write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))
        return files
