# Three servers of one application, of which each says its name; all of them are asked in the end.
ip address add 10.0.0.11/32 dev lo
ip address add 10.0.0.12/32 dev lo
cat >server.py <<'PYTHON'
import http.server, socket, socketserver, sys
class Say(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(sys.argv[1].encode())
    def address_string(self):
        return "gatehouse"
if sys.argv[1].startswith("/"):
    socketserver.UnixStreamServer(sys.argv[1], Say).serve_forever()
http.server.HTTPServer((sys.argv[1], 3000), Say).serve_forever()
PYTHON
for server in 10.0.0.11 10.0.0.12 /run/app.sock; do python3 server.py "$server" 2>requests & done
finally() {
  for server in 10.0.0.11 10.0.0.12 /run/app.sock; do
    until curl -ksS --retry 5 --retry-connrefused https://localhost:8443/ | tee answer |
      grep -x "$server"; do sleep 0.1; done
  done
}
trap finally EXIT
