# gatehouse runs as this user.
gatehouse run --listen localhost:8443 --quiet 2>log &
until curl -ks -o page https://localhost:8443/; do sleep 0.1; done
