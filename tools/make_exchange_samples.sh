#!/usr/bin/env bash
# Makes the samples of keys and certificates that the unit tests of src/crypto/exchange open and that
# its fuzz targets start from, with the programs that people make them with: openssl, keytool (Java)
# and pk12util (NSS). Samples that are there stay as they are: tools/make_exchange_samples.sh [--anew]
#
# Every key in them is thrown away here: no machine uses it, and its certificates are of the names
# below .test (RFC 6761). The passphrase is "gatehouse", of the samples named unicode "Grüße 🔑".
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/common.sh
. "$here/common.sh"
corpus=$here/../fuzz/corpus
p12=$corpus/pkcs12_fuzz
p7=$corpus/pkcs7_fuzz
bundle=$corpus/bundle_fuzz
pass=gatehouse
unicode="Grüße 🔑"

# Runs the rest of the line with the sample's path in $out, unless the sample is there.
sample() {
  local out=$1
  shift
  [[ -s $out ]] || { "$@" "$out" >log 2>&1 || {
    rm -f "$out"
    cat log >&2
    fail "$out could not be made."
  }; }
}

# --- the identity that all of them hold -----------------------------------------------------------

digest=sha256
certificate() {  # NAME SUBJECT EXTENSIONS ISSUER
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr" 2>/dev/null
  printf '%s\n' "$3" >"$1.ext"
  local signer=(-CA "$4.crt" -CAkey "$4.key" -CAcreateserial)
  [[ $4 != "$1" ]] || signer=(-key "$1.key")
  openssl x509 -req -in "$1.csr" -days 36500 "-$digest" -extfile "$1.ext" "${signer[@]}" \
    -out "$1.crt" 2>/dev/null
}

ec_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

make_identity() {
  local name
  for name in root intermediate leaf second; do ec_key "$name"; done
  certificate root "/O=gatehouse tests/CN=root" $'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign' root
  certificate intermediate "/O=gatehouse tests/CN=intermediate" \
    $'basicConstraints=critical,CA:TRUE\nauthorityInfoAccess=caIssuers;URI:http://ca.test/root.crt' root
  certificate leaf "/CN=leaf.test" \
    $'subjectAltName=DNS:leaf.test\nextendedKeyUsage=serverAuth\nauthorityInfoAccess=caIssuers;URI:http://ca.test/intermediate.crt' intermediate
  certificate second "/CN=second.test" \
    $'subjectAltName=DNS:second.test\nextendedKeyUsage=serverAuth' intermediate
  cat intermediate.crt root.crt >above.crt
  cat leaf.crt above.crt >chain.crt
}

# The same identity in every run, so that one sample can be made anew.
take_identity() {
  if [[ -s $bundle/whole.pem ]]; then
    openssl pkey -in "$bundle/whole.pem" -out leaf.key
    openssl pkey -in "$bundle/key_second.pem" -out second.key
    csplit -s -z -f part- "$bundle/whole.pem" '/BEGIN CERT/' '{*}'
    mv part-01 leaf.crt && mv part-02 intermediate.crt && mv part-03 root.crt
    cp "$bundle/second.pem" second.crt
    cat intermediate.crt root.crt >above.crt
    cat leaf.crt above.crt >chain.crt
  else
    make_identity
    cat leaf.key chain.crt >"$bundle/whole.pem"
    cp second.key "$bundle/key_second.pem"
    cp second.crt "$bundle/second.pem"
  fi
}

# --- PKCS#12 --------------------------------------------------------------------------------------

by_openssl() {  # [OPTIONS...] OUT
  openssl pkcs12 -export -inkey leaf.key -in leaf.crt -certfile above.crt -passout "pass:$pass" \
    "${@:1:$#-1}" -out "${*: -1}"
}
with_words() {  # PASSPHRASE [OPTIONS...] OUT
  openssl pkcs12 -export -inkey leaf.key -in leaf.crt -passout "pass:$1" "${@:2:$#-2}" -out "${*: -1}"
}
certificates_only() { openssl pkcs12 -export -nokeys -in chain.crt -passout "pass:$pass" -out "$1"; }

with_openssl() {
  sample "$p12/openssl.p12" by_openssl -name "leaf of gatehouse"
  sample "$p12/openssl_no_name.p12" by_openssl
  sample "$p12/openssl_legacy.p12" by_openssl -legacy -name "leaf of gatehouse"
  sample "$p12/openssl_3des.p12" by_openssl -legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1
  sample "$p12/openssl_rc2_128.p12" by_openssl -legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-RC2-128
  sample "$p12/openssl_rc4_128.p12" by_openssl -legacy -keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-RC4-128
  sample "$p12/openssl_rc4_40.p12" by_openssl -legacy -keypbe PBE-SHA1-RC4-40 -certpbe PBE-SHA1-RC4-40
  sample "$p12/openssl_aes128.p12" by_openssl -keypbe AES-128-CBC -certpbe AES-192-CBC
  sample "$p12/openssl_camellia.p12" by_openssl -keypbe CAMELLIA-256-CBC -certpbe AES-256-CBC
  sample "$p12/openssl_mac_sha384.p12" by_openssl -macalg sha384
  sample "$p12/openssl_mac_sha512.p12" by_openssl -macalg sha512
  sample "$p12/openssl_mac_md5.p12" by_openssl -macalg md5
  sample "$p12/openssl_no_mac.p12" by_openssl -nomac
  sample "$p12/openssl_plain.p12" by_openssl -keypbe NONE -certpbe NONE
  sample "$p12/openssl_plain_no_mac.p12" by_openssl -keypbe NONE -certpbe NONE -nomac
  sample "$p12/openssl_one_round.p12" by_openssl -iter 1 -nomaciter
  sample "$p12/openssl_empty.p12" with_words ""
  sample "$p12/openssl_empty_legacy.p12" with_words "" -legacy
  sample "$p12/openssl_unicode.p12" with_words "$unicode" -name Grüße
  sample "$p12/openssl_unicode_legacy.p12" with_words "$unicode" -legacy
  sample "$p12/openssl_certificates.p12" certificates_only
}

by_keytool() {  # OUT
  openssl pkcs12 -export -inkey leaf.key -in leaf.crt -certfile above.crt -name leaf \
    -passout "pass:$pass" -out from.p12
  rm -f "$1"
  keytool -importkeystore -srckeystore from.p12 -srcstoretype PKCS12 -srcstorepass "$pass" \
    -destkeystore "$1" -deststoretype PKCS12 -deststorepass "$pass" "${extra[@]}"
}
two_keys_by_keytool() {  # OUT
  by_keytool "$1"
  openssl pkcs12 -export -inkey second.key -in second.crt -certfile above.crt -name second \
    -passout "pass:$pass" -out second.p12
  keytool -importkeystore -srckeystore second.p12 -srcstoretype PKCS12 -srcstorepass "$pass" \
    -destkeystore "$1" -deststoretype PKCS12 -deststorepass "$pass"
}
anchors_by_keytool() {  # OUT
  rm -f "$1"
  keytool -importcert -noprompt -alias "The Root" -file root.crt -keystore "$1" -storetype PKCS12 \
    -storepass "$pass"
}

with_keytool() {
  local extra=()
  need_command keytool "it makes Java's samples" "Install default-jre-headless."
  sample "$p12/keytool.p12" by_keytool
  sample "$p12/keytool_two_keys.p12" two_keys_by_keytool
  sample "$p12/keytool_anchors.p12" anchors_by_keytool
  extra=(-J-Dkeystore.pkcs12.legacy)
  sample "$p12/keytool_legacy.p12" by_keytool
}

nss_database() {
  if [[ -d nss ]]; then return; fi
  mkdir nss
  certutil -N -d sql:nss --empty-password
  by_openssl -name "leaf in NSS" from.p12
  openssl pkcs12 -export -inkey second.key -in second.crt -name "second in NSS" \
    -passout "pass:$pass" -out second.p12
  pk12util -d sql:nss -i from.p12 -W "$pass"
  pk12util -d sql:nss -i second.p12 -W "$pass"
}
by_nss() {  # PASSPHRASE [OPTIONS...] OUT
  nss_database
  pk12util -d sql:nss -n "leaf in NSS" -W "$1" "${@:2:$#-2}" -o "${*: -1}"
}

with_nss() {
  need_command pk12util "it makes NSS's samples" "Install libnss3-tools."
  sample "$p12/nss.p12" by_nss "$pass"
  sample "$p12/nss_aes256.p12" by_nss "$pass" -c AES-256-CBC -C AES-256-CBC
  sample "$p12/nss_aes128.p12" by_nss "$pass" -c AES-128-CBC -C AES-128-CBC -M SHA-512
  sample "$p12/nss_3des.p12" by_nss "$pass" -c "PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC" \
    -C "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC" -M SHA-1
  sample "$p12/nss_unicode.p12" by_nss "$unicode" -c AES-256-CBC -C AES-256-CBC
}

# What no program of Debian 12 writes yet, made of its parts: a MAC by PBMAC1 (RFC 9579), a file in
# BER with indefinite lengths and octet strings in parts.
rewritten() {  # HOW OUT
  by_openssl -name "leaf of gatehouse" from.p12
  /usr/bin/python3 "$here/rewrite_pkcs12.py" "$1" "$pass" from.p12 "$2"
}
with_python() {
  sample "$p12/pbmac1_sha256.p12" rewritten pbmac1-sha256
  sample "$p12/pbmac1_sha512.p12" rewritten pbmac1-sha512
  sample "$p12/ber.p12" rewritten ber
  sample "$p12/endless_mac.p12" rewritten endless-mac
}

# --- PKCS#7 ---------------------------------------------------------------------------------------

pkcs7() { openssl crl2pkcs7 -nocrl -certfile chain.crt -outform "$1" -out "$2"; }
signed() { openssl smime -sign -in root.crt -signer leaf.crt -inkey leaf.key -certfile above.crt -outform DER "${@:1:$#-1}" -out "${*: -1}"; }
streamed() { openssl cms -sign -in root.crt -signer leaf.crt -inkey leaf.key -certfile above.crt -nodetach -stream -outform DER -out "$1"; }
enveloped() { openssl cms -encrypt -in root.crt -outform DER -out "$1" leaf.crt; }

make_pkcs7() {
  sample "$p7/chain.p7b" pkcs7 DER
  sample "$p7/chain_pem.p7b" pkcs7 PEM
  sample "$p7/signed.p7s" signed -nodetach
  sample "$p7/streamed_ber.p7s" streamed
  sample "$p7/enveloped.p7m" enveloped
}

# --- PEM and DER ----------------------------------------------------------------------------------

key_as() { openssl pkey -in leaf.key "${@:1:$#-1}" -out "${*: -1}"; }
pkcs8() { openssl pkcs8 -topk8 -in leaf.key -passout "pass:$pass" "${@:1:$#-1}" -out "${*: -1}"; }
sec1() { openssl ec -in leaf.key "${@:1:$#-1}" -out "${*: -1}"; }
rsa() { openssl rsa -in rsa.key -traditional "${@:1:$#-1}" -out "${*: -1}"; }
joined() { cat "${@:1:$#-1}" >"${*: -1}"; }
mixed() {  # OUT: what editors and people make of it
  { printf '\xef\xbb\xbfBag Attributes\r\n    friendlyName: leaf\r\n'; cat root.crt; echo "# the key"
    openssl ecparam -name prime256v1; openssl ec -in leaf.key 2>/dev/null; cat intermediate.crt leaf.crt leaf.crt
  } | sed 's/\r*$/\r/' >"$1"
}
utf16() { { printf '\xff\xfe'; iconv -t UTF-16LE "$bundle/whole.pem"; } >"$1"; }
base64_of() { base64 <"$1" >"$2"; }
trusted() { openssl x509 -in root.crt -trustout -setalias "The Root" -addtrust serverAuth -out "$1"; }
der_of() { openssl x509 -in leaf.crt -outform DER -out "$1"; }
request() { openssl req -new -key leaf.key -subj /CN=leaf.test -outform "$1" -out "$2"; }
revocation_list() {
  : >index.txt
  printf '[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=36500\n' >ca.conf
  openssl ca -config ca.conf -gencrl -keyfile leaf.key -cert leaf.crt -out list.pem
  openssl crl -in list.pem -outform DER -out "$1"
}

# What clients refuse, or only some take.
weak_chain() {  # OUT: RSA of 1024 bits in the middle, signed with SHA-1 and signing with it
  digest=sha1
  ec_key weak_root
  openssl genrsa -traditional -out weak_middle.key 1024
  ec_key weak_leaf
  certificate weak_root "/CN=weak root" "basicConstraints=critical,CA:TRUE" weak_root
  certificate weak_middle "/CN=weak intermediate" "basicConstraints=critical,CA:TRUE" weak_root
  certificate weak_leaf "/CN=weak.test" "subjectAltName=DNS:weak.test" weak_middle
  digest=sha256
  cat weak_leaf.key weak_leaf.crt weak_middle.crt weak_root.crt >"$1"
}
weak_pair() {  # OUT
  cp weak.key weak_pair.key
  certificate weak_pair "/CN=weakpair.test" "subjectAltName=DNS:weakpair.test" weak_pair
  cat weak_pair.key weak_pair.crt >"$1"
}
may_not_sign() {  # OUT
  ec_key exchange
  certificate exchange "/CN=exchange.test" \
    $'subjectAltName=DNS:exchange.test\nkeyUsage=critical,keyAgreement' exchange
  cat exchange.key exchange.crt >"$1"
}
large_curve() {  # OUT
  openssl ecparam -name secp521r1 -genkey -noout -out large.key
  certificate large "/CN=large.test" "subjectAltName=DNS:large.test" large
  cat large.key large.crt >"$1"
}

make_judged() {
  sample "$bundle/weak_chain.pem" weak_chain
  sample "$bundle/weak_pair.pem" weak_pair
  sample "$bundle/may_not_sign.pem" may_not_sign
  sample "$bundle/p521.pem" large_curve
}

make_bundles() {
  openssl genrsa -traditional -out rsa.key 2048 2>/dev/null
  openssl genrsa -traditional -out weak.key 1024 2>/dev/null
  openssl genpkey -algorithm ed25519 -out ed25519.key
  openssl ecparam -name secp256k1 -genkey -noout -out odd.key
  sample "$bundle/mixed.pem" mixed
  sample "$bundle/utf16.pem" utf16
  sample "$bundle/trusted.pem" trusted
  sample "$bundle/base64_of_p12.txt" base64_of "$p12/openssl.p12"
  sample "$bundle/two_keys.pem" joined leaf.key second.key second.crt leaf.crt above.crt
  sample "$bundle/certificate.der" der_of
  sample "$bundle/key_pkcs8.pem" key_as
  sample "$bundle/key_pkcs8.der" key_as -outform DER
  sample "$bundle/key_sec1.der" sec1 -outform DER
  sample "$bundle/key_sec1_aes256.pem" sec1 -aes256 -passout "pass:$pass"
  sample "$bundle/key_sec1_3des.pem" sec1 -des3 -passout "pass:$pass"
  sample "$bundle/key_sec1_camellia.pem" sec1 -camellia256 -passout "pass:$pass"
  sample "$bundle/key_rsa.der" rsa -outform DER
  sample "$bundle/key_rsa_aes128.pem" rsa -aes128 -passout "pass:$pass"
  sample "$bundle/key_rsa_1024.pem" joined weak.key
  sample "$bundle/key_ed25519.pem" joined ed25519.key
  sample "$bundle/key_secp256k1.pem" joined odd.key
  sample "$bundle/key_encrypted.pem" pkcs8 -v2 aes-256-cbc
  sample "$bundle/key_encrypted.der" pkcs8 -v2 aes-256-cbc -v2prf hmacWithSHA512 -outform DER
  sample "$bundle/key_encrypted_3des.pem" pkcs8 -v2 des3 -v2prf hmacWithSHA1
  sample "$bundle/key_encrypted_pbes1.pem" pkcs8 -v1 PBE-MD5-DES -provider legacy -provider default
  sample "$bundle/key_encrypted_pbe_3des.pem" pkcs8 -v1 PBE-SHA1-3DES
  sample "$bundle/key_encrypted_scrypt.pem" pkcs8 -scrypt
  sample "$bundle/request.der" request DER
  sample "$bundle/request.pem" request PEM
  sample "$bundle/revocation_list.der" revocation_list
}

main() {
  mkdir -p "$p12" "$p7" "$bundle"
  if [[ ${1:-} == --anew ]]; then rm -f "$p12"/*.p12 "$p7"/*.p7? "$bundle"/*.{pem,der,txt}; fi
  need_command openssl "it makes most samples" "Run tools/setup.sh test."
  cd "$(temporary_folder)"
  take_identity
  with_openssl
  with_keytool
  with_nss
  with_python
  make_pkcs7
  make_bundles
  make_judged
}

main "$@"
