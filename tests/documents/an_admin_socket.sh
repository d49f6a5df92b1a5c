# gatehouse runs with its admin socket in this folder.
gatehouse run --listen http://127.0.0.1:8080 --state ./state --socket ./admin.sock --quiet &
until gatehouse status --socket ./admin.sock >told; do sleep 0.1; done
