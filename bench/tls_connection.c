#define _GNU_SOURCE
#include "tls_connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>

typedef enum { kAdvanced, kBlocked, kFree } Step;  // kFree: the operation ended, well or not

double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

void close_connection(Connection* c) {
  if (c->ssl) {
    if (c->phase >= kSending) SSL_shutdown(c->ssl);
    SSL_free(c->ssl);
    c->ssl = NULL;
  }
  if (c->fd >= 0) close(c->fd);
  c->fd = -1;
  c->phase = kClosed;
}

static Step fail(Connection* c, long* counter) {
  ++*counter;
  close_connection(c);
  return kFree;
}

static int connect_socket(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  if (fd < 0) {
    perror("socket");
    exit(2);
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, (struct sockaddr*)&to, sizeof to) == 0 || errno == EINPROGRESS) return fd;
  close(fd);
  return -1;
}

// One name after the other, each in another corner of what the server keeps.
static void call_next_name(Load* load, SSL* ssl) {
  static const unsigned long stride = 7919;
  char name[64] = "bench.test";
  if (load->options.names > 0) {
    snprintf(name, sizeof name, "n%07lu.example.com",
             load->called++ * stride % (unsigned long)load->options.names);
  }
  SSL_set_tlsext_host_name(ssl, name);
}

static bool open_connection(Load* load, Connection* c) {
  c->fd = connect_socket(load->options.port);
  if (c->fd < 0) {
    load->count.failed_connect++;
    return false;
  }
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
  epoll_ctl(load->epoll, EPOLL_CTL_ADD, c->fd, &event);
  c->ssl = SSL_new(load->context);
  SSL_set_fd(c->ssl, c->fd);
  SSL_set_connect_state(c->ssl);
  SSL_set_ex_data(c->ssl, load->session_index, c);
  call_next_name(load, c->ssl);
  if (load->options.resume && c->session) SSL_set_session(c->ssl, c->session);
  c->phase = kConnecting;
  return true;
}

void start_operation(Load* load, Connection* c) {
  c->started = now();
  if (c->fd < 0)
    open_connection(load, c);
  else
    c->phase = kSending;
}

static bool would_block(SSL* ssl, int result) {
  int error = SSL_get_error(ssl, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static Step step_connecting(Load* load, Connection* c) {
  struct tcp_info info;
  int error = 0;
  socklen_t length = sizeof info;
  if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 &&
      info.tcpi_state == TCP_SYN_SENT)
    return kBlocked;
  length = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error) return fail(c, &load->count.failed_connect);
  c->phase = kHandshaking;
  return kAdvanced;
}

static Step step_handshaking(Load* load, Connection* c) {
  ERR_clear_error();
  int result = SSL_do_handshake(c->ssl);
  if (result != 1) {
    if (would_block(c->ssl, result)) return kBlocked;
    if (!load->count.failed_handshake) ERR_print_errors_fp(stderr);
    return fail(c, &load->count.failed_handshake);
  }
  load->count.handshakes++;
  if (SSL_session_reused(c->ssl)) load->count.resumed++;
  c->phase = load->options.no_request ? kIdle : kSending;
  return load->options.no_request ? kFree : kAdvanced;
}

static Step step_sending(Load* load, Connection* c) {
  ERR_clear_error();
  int result = SSL_write(c->ssl, load->request, load->request_length);
  if (result <= 0)
    return would_block(c->ssl, result) ? kBlocked : fail(c, &load->count.failed_lost);
  c->phase = kReceiving;
  c->head_length = 0;
  c->head_ended = c->close_announced = c->answered = false;
  return kAdvanced;
}

// Adds to the head. When that has ended, sets body_left to what is still missing of the body.
static void take_head(Load* load, Connection* c, const char* data, int n) {
  int kept = n, room = (int)sizeof c->head - 1 - c->head_length;
  if (kept > room) kept = room;
  memcpy(c->head + c->head_length, data, kept);
  c->head_length += kept;
  c->head[c->head_length] = 0;
  char* end = strstr(c->head, "\r\n\r\n");
  if (!end) return;
  long body = c->head + c->head_length - (end + 4) + (n - kept);
  end[2] = 0;
  c->head_ended = true;
  const char* length = strcasestr(c->head, "\r\ncontent-length:");
  c->body_left = (length ? atol(length + 17) : 0) - body;
  c->close_announced = strcasestr(c->head, "\r\nconnection: close") != NULL;
  if (strncmp(c->head + 9, "200", 3) == 0) return;
  if (!load->count.failed_status++) fprintf(stderr, "%.60s\n", c->head);
}

static Step finish_operation(Load* load, Connection* c) {
  if (load->count.ops < kMaxLatencies) load->latencies[load->count.ops] = now() - c->started;
  load->count.ops++;
  c->phase = kIdle;
  if (!c->close_announced) return kFree;
  load->count.reconnects++;
  close_connection(c);
  return kFree;
}

static Step step_receiving(Load* load, Connection* c) {
  static char buffer[65536];
  ERR_clear_error();
  int n = SSL_read(c->ssl, buffer, sizeof buffer);
  if (n <= 0) {
    if (would_block(c->ssl, n)) return kBlocked;
    return fail(c, c->answered ? &load->count.failed_truncated : &load->count.failed_lost);
  }
  c->answered = true;
  load->count.bytes += n;
  if (c->head_ended)
    c->body_left -= n;
  else
    take_head(load, c, buffer, n);
  if (!c->head_ended || c->body_left > 0) return kAdvanced;
  return c->body_left == 0 ? finish_operation(load, c) : fail(c, &load->count.failed_truncated);
}

// Between operations: takes what the server sent unasked (session tickets), notices that it closed.
static Step step_idle(Load* load, Connection* c) {
  char byte;
  ERR_clear_error();
  int n = SSL_read(c->ssl, &byte, 1);
  return n <= 0 && would_block(c->ssl, n) ? kBlocked : fail(c, &load->count.failed_lost);
}

bool drive(Load* load, Connection* c) {
  static Step (*const steps[])(Load*, Connection*) = {
      [kConnecting] = step_connecting,
      [kHandshaking] = step_handshaking,
      [kSending] = step_sending,
      [kReceiving] = step_receiving,
      [kIdle] = step_idle,
  };
  Step step = kAdvanced;
  while (step == kAdvanced && c->phase != kClosed) step = steps[c->phase](load, c);
  return step != kBlocked;
}
