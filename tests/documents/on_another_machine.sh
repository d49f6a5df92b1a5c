
# The prompt of another machine with a gatehouse: another network, another state folder.
export XDG_STATE_HOME=$PWD/another
unshare --net sh -c 'ip link set lo up; ip address add 10.0.0.5/32 dev lo; exec "$@"' sh \
  gatehouse run --permit .example.com --quiet &
until gatehouse status >told; do sleep 0.1; done
if gatehouse site show files.example.com; then exit 1; fi
finally() { gatehouse config export | diff exported -; }
trap finally EXIT
