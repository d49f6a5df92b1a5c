
# A stand-in for what a CA gave for pbx.example.com.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
  -subj /CN=pbx.example.com -addext subjectAltName=DNS:pbx.example.com,IP:10.0.0.5 \
  -addext extendedKeyUsage=serverAuth -keyout pbx.key -out pbx.crt
