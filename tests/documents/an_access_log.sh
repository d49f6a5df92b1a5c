# An access log of requests over TLS, of which one failed and one was slow.
cat >slow.py <<'PYTHON'
import http.server, time
class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if "slow" in self.path:
            time.sleep(1.1)
        self.send_response(500 if "fail" in self.path else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
http.server.ThreadingHTTPServer(("127.0.0.1", 3000), Slow).serve_forever()
PYTHON
python3 slow.py 2>requests &
gatehouse run --to http://127.0.0.1:3000 --listen localhost:8443 --access-log access.log --quiet &
until curl -s -o page http://127.0.0.1:3000/; do sleep 0.1; done
curl -ksS --retry 5 --retry-connrefused https://localhost:8443/{slow,fail,good}
kill $!
wait $!
