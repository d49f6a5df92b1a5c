# gatehouse runs as this user.
gatehouse run --listen localhost:8443 --quiet &
until curl -ksS -o page https://localhost:8443/; do sleep 0.1; done
finally() {
  curl -sS -o page https://localhost:8443/
  certutil -L -d "sql:$HOME/.pki/nssdb" | grep 'gatehouse local CA'
}
trap finally EXIT
