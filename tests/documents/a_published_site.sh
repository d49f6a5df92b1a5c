# gatehouse runs, and commands have published a site and a binding.
ip address add 10.0.0.5/32 dev lo
python3 -m http.server 8080 --bind 127.0.0.1 --directory . 2>requests &
gatehouse run --permit .example.com --quiet &
until curl -s -o page http://127.0.0.1:8080/ && gatehouse status >status; do sleep 0.1; done
gatehouse add files.example.com http://127.0.0.1:8080
gatehouse binding add lan --site files.example.com 10.0.0.5:8443
gatehouse config export >exported
