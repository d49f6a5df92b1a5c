# gatehouse runs and may certify example.com; an application answers at port 8080. 10.0.0.5 is an
# address of this machine.
ip address add 10.0.0.5/32 dev lo
mkdir application
python3 -m http.server 8080 --bind 127.0.0.1 --directory application 2>requests &
gatehouse run --permit .example.com --quiet &
until curl -s -o page http://127.0.0.1:8080/ && gatehouse status >told; do sleep 0.1; done
