# gatehouse runs as this user.
gatehouse run --listen localhost:8443 --quiet &
until curl -ksS -o page https://localhost:8443/; do sleep 0.1; done
