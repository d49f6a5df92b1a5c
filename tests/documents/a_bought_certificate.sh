# What a CA sold: shop.pfx, protected by the passphrase in pass.txt.
echo 7h2k-qm4x-9bzt-e3nw-v8rd-a5gy >pass.txt
bought() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -subj /CN=shop.example.org -addext subjectAltName=DNS:shop.example.org \
    -addext extendedKeyUsage=serverAuth -addext basicConstraints=critical,CA:FALSE -keyout "$1.key" -out "$1.crt" 2>log
  openssl pkcs12 -export -in "$1.crt" -inkey "$1.key" -out "$1.pfx" -passout file:pass.txt
}
bought shop
