
# The stores of this machine and a browser, as copies that can be changed, and sudo, which has a
# PATH and a home of its own.
for store in /etc/ssl /usr/local/share/ca-certificates; do
  mkdir -p "$HOME/copies$store" "$HOME/root"
  cp -a "$store/." "$HOME/copies$store/"
  mount --bind "$HOME/copies$store" "$store"
done
mkdir -p "$HOME/.pki/nssdb"
certutil -N --empty-password -d "sql:$HOME/.pki/nssdb"
cat >"${PATH%%:*}/sudo" <<END
#!/bin/sh
exec env -i HOME=$HOME/root TMPDIR=$TMPDIR PATH=/usr/sbin:/usr/bin:/sbin:/bin "\$@"
END
chmod +x "${PATH%%:*}/sudo"
