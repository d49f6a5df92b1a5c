# An application at port 3000.
echo 'Hello from the application' >index.html
python3 -m http.server 3000 --bind 127.0.0.1 2>requests &
until curl -s http://127.0.0.1:3000/; do sleep 0.1; done
