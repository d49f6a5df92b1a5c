"""The scenarios, their units and the goals that docs/performance.md states."""

from dataclasses import dataclass
from typing import Callable

from . import certificate_measures as certificates, many_certificates, measures, site_measures

MICROSECONDS = 1e6
GIB = float(1 << 30)
PEERS_OF_THE_GOAL = ("haproxy", "nginx")  # ratios are taken to the better of these

HANDSHAKES = ("-m", "handshake", "-c", 32)
KEEPALIVE = ("-m", "keepalive", "-c", 64)


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    unit: str
    goal: float
    measure: Callable
    arguments: tuple = ()       # of the load generator
    certificate: str = "ecdsa"
    counted: str = "ops"        # what the load generator counted that the CPU time is divided by
    scale: float = MICROSECONDS
    h2_path: str = ""           # what h2load asks for; empty: tlsload is the load generator
    goal_is_ratio: bool = True  # else the goal is a figure in `unit`


ALL = (
    Scenario("keepalive", "HTTP/1.1 keep-alive request, small body, 64 connections", "µs", 0.70,
             measures.cpu_per_unit, KEEPALIVE),
    Scenario("handshake", "full TLS 1.3 handshake (ECDSA P-256, X25519) + request", "µs", 0.50,
             measures.cpu_per_unit, HANDSHAKES),
    Scenario("handshake_mlkem", "the same with X25519MLKEM768", "µs", 0.55,
             measures.cpu_per_unit, (*HANDSHAKES, "-g", "X25519MLKEM768")),
    Scenario("handshake_rsa", "the same with RSA-2048", "µs", 0.75,
             measures.cpu_per_unit, HANDSHAKES, certificate="rsa"),
    Scenario("resumption", "resumption + request", "µs", 0.55,
             measures.cpu_per_unit, (*HANDSHAKES, "-r")),
    Scenario("bodies", "1 MiB bodies, per GiB", "s", 1.0, measures.cpu_per_unit,
             ("-m", "keepalive", "-c", 16, "-u", "/1m"), counted="bytes", scale=GIB),
    Scenario("h2", "HTTP/2 request, small body, 16 connections of 32 streams", "µs", 0.70,
             measures.cpu_per_unit, ("-c", 16, "-m", 32), h2_path="/"),
    Scenario("h2_bodies", "HTTP/2: 1 MiB bodies, 4 connections of 4 streams, per GiB", "s", 1.0,
             measures.cpu_per_unit, ("-c", 4, "-m", 4), counted="bytes", scale=GIB,
             h2_path="/1m"),
    Scenario("system_calls", "system calls per keep-alive request", "calls", 4.5,
             measures.calls_per_request, KEEPALIVE, goal_is_ratio=False),
    Scenario("memory_handshake", "memory per idle TLS connection, handshake only", "KiB", 10,
             measures.idle_memory, ("-x",), goal_is_ratio=False),
    Scenario("memory_request", "memory per idle TLS connection, after one request", "KiB", 10,
             measures.idle_memory, goal_is_ratio=False),
    Scenario("start", "program start to first handshake served", "s", 0.1,
             measures.start_time, goal_is_ratio=False),
    Scenario("sites_start", "10,000 sites: CPU until they are served", "s", 1.0,
             site_measures.start_cpu, goal_is_ratio=False),
    Scenario("sites_reload", "10,000 sites: CPU of a reload, one file of 100 sites changed", "s",
             1.0, site_measures.reload_cpu, goal_is_ratio=False),
    Scenario("sites_change", "10,000 sites: CPU of one more over the API", "s", 0.02,
             site_measures.change_cpu, goal_is_ratio=False),
    Scenario("sites_memory", "10,000 sites: memory at rest", "MiB", 100,
             site_measures.memory, goal_is_ratio=False),
    Scenario("certificates_start", "10,000 certificates: CPU until they are served", "s", 0.2,
             certificates.start_cpu(many_certificates.SERVERS), goal_is_ratio=False),
    Scenario("certificates_memory", "10,000 certificates: memory at rest", "MiB", 60,
             certificates.memory(many_certificates.SERVERS), goal_is_ratio=False),
    Scenario("certificates_change", "10,000 certificates: CPU of one more, or of one in the place "
             "of another, over the API", "s", 0.01,
             certificates.change_cpu(many_certificates.CHANGED_SERVERS), goal_is_ratio=False),
    Scenario("certificates_kept", "a handshake with one of 10,000 names that is in memory, "
             "relative to one with a single name", "times", 1.1,
             certificates.handshakes(many_certificates.CACHED_SERVERS,
                                     certificates.ratio_when_kept), goal_is_ratio=False),
    Scenario("certificates_read", "what it costs more when chain and key are read first", "µs", 60,
             certificates.handshakes(many_certificates.CACHED_SERVERS,
                                     certificates.extra_when_read), goal_is_ratio=False),
    Scenario("certificates_read_rsa", "the same with RSA-2048 (no goal)", "µs", 1000,
             certificates.handshakes(many_certificates.RSA_SERVERS,
                                     certificates.extra_when_read), goal_is_ratio=False),
    Scenario("million_start", "1,000,000 certificates: CPU until they are served", "s", 3,
             certificates.start_cpu(many_certificates.MILLION_SERVERS), goal_is_ratio=False),
    Scenario("million_memory", "1,000,000 certificates: memory at rest", "MiB", 400,
             certificates.memory(many_certificates.MILLION_SERVERS), goal_is_ratio=False),
)

BY_NAME = {scenario.name: scenario for scenario in ALL}
