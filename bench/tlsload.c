// tlsload: a load generator of one thread (epoll and OpenSSL, TLS 1.3 only). Prints one line of
// JSON. build: cc -O2 -o tlsload tlsload.c tls_connection.c -lssl -lcrypto usage: tlsload -p PORT
// -m MODE [-c CONNECTIONS] [-d SECONDS] [-u PATH] [-g GROUP] [-n NAMES] [-k OPERATIONS] [-r] [-x]
//   -m handshake   again and again: connect, handshake, one request, close (-r: resume the last
//   session) -m keepalive   one request after the other on every connection -m idle        open the
//   connections, one request each (-x: none), print READY N, hold until stdin ends
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "tls_connection.h"

enum { kEvents = 256, kIdleOpening = 32, kIdleDeadline = 120 };

static void drive_and_restart(Load* load, Connection* c, bool closes_each_time) {
  while (drive(load, c)) {
    if (closes_each_time && c->fd >= 0) close_connection(c);
    bool is_new = c->fd < 0;
    start_operation(load, c);
    if (is_new) return;  // its connect() reports through epoll
  }
}

static double run_closed_loop(Load* load) {
  struct epoll_event events[kEvents];
  bool closes_each_time = strcmp(load->options.mode, "handshake") == 0;
  double begin = now();
  for (int i = 0; i < load->options.connections; i++) start_operation(load, &load->connections[i]);
  long most = load->options.operations;
  while (now() < begin + load->options.seconds && (most == 0 || load->count.ops < most)) {
    int n = epoll_wait(load->epoll, events, kEvents, 100);
    for (int i = 0; i < n; i++) drive_and_restart(load, events[i].data.ptr, closes_each_time);
    for (int i = 0; load->count.failed_connect && i < load->options.connections; i++)
      if (load->connections[i].fd < 0) start_operation(load, &load->connections[i]);
  }
  return now() - begin;
}

// Drives what epoll reported; returns how many connections became idle, -1 when one was closed.
static int drive_until_idle(Load* load) {
  struct epoll_event events[kEvents];
  int became_idle = 0, n = epoll_wait(load->epoll, events, kEvents, 100);
  for (int i = 0; i < n; i++) {
    Connection* c = events[i].data.ptr;
    bool was_idle = c->phase == kIdle;
    if (!drive(load, c)) continue;
    if (c->fd < 0) return -1;
    if (!was_idle) became_idle++;
  }
  return became_idle;
}

static int hold_idle_connections(Load* load) {
  int opened = 0, ready = 0, wanted = load->options.connections;
  double deadline = now() + kIdleDeadline;
  while (ready < wanted && now() < deadline) {
    while (opened - ready < kIdleOpening && opened < wanted)
      start_operation(load, &load->connections[opened++]);
    int became_idle = drive_until_idle(load);
    if (became_idle < 0) {
      fprintf(stderr, "a connection failed or was closed by the server after %d idle ones\n",
              ready);
      return 3;
    }
    ready += became_idle;
  }
  printf("READY %d\n", ready);
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) continue;
  return 0;
}

static int keep_session(SSL* ssl, SSL_SESSION* session) {
  Connection* c = SSL_get_ex_data(ssl, (int)(intptr_t)SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (c->session) SSL_SESSION_free(c->session);
  c->session = session;
  return 1;
}

static bool make_context(Load* load) {
  static const unsigned char alpn[] = "\x08http/1.1";
  SSL_CTX* context = load->context = SSL_CTX_new(TLS_client_method());
  load->session_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
  SSL_CTX_set_app_data(context, (void*)(intptr_t)load->session_index);
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_protos(context, alpn, sizeof alpn - 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (load->options.resume) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_session);
  }
  return SSL_CTX_set1_groups_list(context, load->options.group) == 1;
}

static bool parse_options(int argc, char** argv, Options* options) {
  *options = (Options){.mode = "", .path = "/", .group = "X25519", .connections = 32, .seconds = 3};
  int option;
  while ((option = getopt(argc, argv, "p:m:c:d:u:g:n:k:rx")) > 0) {
    if (option == 'p')
      options->port = atoi(optarg);
    else if (option == 'm')
      options->mode = optarg;
    else if (option == 'c')
      options->connections = atoi(optarg);
    else if (option == 'd')
      options->seconds = atof(optarg);
    else if (option == 'u')
      options->path = optarg;
    else if (option == 'g')
      options->group = optarg;
    else if (option == 'n')
      options->names = atol(optarg);
    else if (option == 'k')
      options->operations = atol(optarg);
    else if (option == 'r')
      options->resume = true;
    else if (option == 'x')
      options->no_request = true;
    else
      return false;
  }
  return options->port > 0 && options->connections > 0 && options->mode[0];
}

static int compare_floats(const void* a, const void* b) {
  float x = *(const float*)a, y = *(const float*)b;
  return (x > y) - (x < y);
}

static void report(Load* load, double seconds) {
  const Counters* n = &load->count;
  long samples = n->ops < kMaxLatencies ? n->ops : kMaxLatencies;
  qsort(load->latencies, samples, sizeof(float), compare_floats);
  double p50 = samples ? load->latencies[samples / 2] : 0,
         p99 = samples ? load->latencies[samples * 99 / 100] : 0;
  printf(
      "{\"seconds\":%.4f,\"ops\":%ld,\"bytes\":%ld,\"handshakes\":%ld,\"resumed\":%ld,"
      "\"reconnects\":%ld,",
      seconds, n->ops, n->bytes, n->handshakes, n->resumed, n->reconnects);
  printf(
      "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"failed\":{\"connect\":%ld,\"handshake\":%ld,\"lost\":%ld,",
      1e3 * p50, 1e3 * p99, n->failed_connect, n->failed_handshake, n->failed_lost);
  printf("\"truncated\":%ld,\"status\":%ld}}\n", n->failed_truncated, n->failed_status);
}

int main(int argc, char** argv) {
  Load load = {0};
  if (!parse_options(argc, argv, &load.options) || !make_context(&load)) {
    fprintf(stderr, "tlsload: wrong options, or a group that this OpenSSL does not know\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  load.epoll = epoll_create1(0);
  load.latencies = malloc(sizeof(float) * kMaxLatencies);
  load.connections = calloc(load.options.connections, sizeof(Connection));
  for (int i = 0; i < load.options.connections; i++) load.connections[i].fd = -1;
  load.request_length =
      snprintf(load.request, sizeof load.request,
               "GET %s HTTP/1.1\r\nHost: bench.test\r\nUser-Agent: tlsload\r\nAccept: */*\r\n\r\n",
               load.options.path);
  if (strcmp(load.options.mode, "idle") == 0) return hold_idle_connections(&load);
  report(&load, run_closed_loop(&load));
  return 0;
}
