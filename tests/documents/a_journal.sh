# A journal of this machine's own, and gatehouse, which writes into it as a service does: that a
# command has made the second revision, and that the application does not run. In the end the
# journal has found both, the event and the request.
mkdir -p /run/systemd/journal /run/systemd/journald.conf.d
printf '[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\n' >/run/systemd/journald.conf.d/own.conf
/lib/systemd/systemd-journald &
until test -S /run/systemd/journal/socket -a -S /run/systemd/journal/stdout; do sleep 0.1; done
cat >gatehouse.yaml <<'END'
version: 1
logs: {access: journal}
sites:
  files:
    names: ["*"]
    listen: [http://127.0.0.1:8080]
    upstreams: http://127.0.0.1:3000
END
# shellcheck disable=SC2016  # the inner shell's variables
systemd-cat sh -c 'JOURNAL_STREAM=$(stat --dereference -c %d:%i /dev/stderr) exec "$@"' sh \
  gatehouse run --config gatehouse.yaml &
until curl -s -o page http://127.0.0.1:8080/; do sleep 0.1; done
gatehouse binding add lan 127.0.0.1:8443
found() { journalctl --sync && journalctl -q "$@" | grep .; }
until found -t gatehouse-access; do sleep 0.1; done
finally() { found -t gatehouse GATEHOUSE_REVISION=2 && found GATEHOUSE_STATUS=502; }
trap finally EXIT
