# An application that shows what it was sent, and the proxies 10.0.0.5 and fd00:1::5. In the end
# they are believed, and another address is not.
for address in 10.0.0.5/32 10.0.0.6/32 fd00:1::5/128; do
  ip address add "$address" dev lo
done
cat >show.py <<'PYTHON'
import http.server
class Show(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(self.headers).encode())
http.server.HTTPServer(("127.0.0.1", 3000), Show).serve_forever()
PYTHON
python3 show.py 2>requests &
ask_from() {
  curl -ksS --retry 5 --retry-connrefused --interface "$1" -H 'X-Forwarded-For: 203.0.113.7' \
    "https://$2:8443/"
}
finally() {
  until curl -s -o page http://127.0.0.1:3000/; do sleep 0.1; done
  ask_from 10.0.0.5 127.0.0.1 | grep 'X-Forwarded-For: 203.0.113.7, 10.0.0.5'
  ask_from fd00:1::5 '[::1]' | grep 'X-Forwarded-For: 203.0.113.7, fd00:1::5'
  ask_from 10.0.0.6 127.0.0.1 | grep 'X-Forwarded-For: 10.0.0.6'
}
trap finally EXIT
