"""Measures gatehouse beside other TLS edges. Start reading at scenarios.py; see bench/README.md."""
