"""Calls of gatehouse's API, on the socket in its state folder."""

import http.client
import json
import socket


class _AdminConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("gatehouse")
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


def call(setting, method, message, service="ConfigurationService"):
    """Calls the API of the gatehouse of this setting; returns what it answers."""
    connection = _AdminConnection(f"{setting.folder}/state/gatehouse.sock")
    try:
        connection.request("POST", f"/gatehouse.v1.{service}/{method}",
                           json.dumps(message), {"Content-Type": "application/json"})
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise RuntimeError(f"{method} was answered with {response.status}: {body[:300]}")
    return json.loads(body)
