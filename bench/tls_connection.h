// One client connection of the load generator: a state machine over non-blocking OpenSSL.
#pragma once
#include <stdbool.h>

#include <openssl/ssl.h>

enum { kMaxLatencies = 4000000 };

typedef enum { kClosed, kConnecting, kHandshaking, kSending, kReceiving, kIdle } Phase;

typedef struct {
  int fd;
  Phase phase;
  SSL* ssl;
  SSL_SESSION* session;  // offered by the next handshake with -r
  double started;        // this operation, by now()
  char head[8192];
  int head_length;
  long body_left;  // bytes, once the head has ended
  bool head_ended, close_announced, answered;
} Connection;

typedef struct {
  const char *mode, *path, *group;
  int port, connections;
  double seconds;
  long names, operations;  // 0: only bench.test; as long as `seconds` says
  bool resume, no_request;
} Options;

typedef struct {
  long ops, bytes, handshakes, resumed, reconnects;
  long failed_connect, failed_handshake, failed_lost, failed_truncated, failed_status;
} Counters;

typedef struct {
  Options options;
  Counters count;
  SSL_CTX* context;
  Connection* connections;
  float* latencies;  // seconds
  int epoll, session_index;
  char request[1024];
  int request_length;
  unsigned long called;  // names, so far
} Load;

// Monotonic, in seconds.
double now(void);

// Begins with connecting or, on an open connection, with sending the request. A connect that fails
// at once is counted and leaves the connection closed.
void start_operation(Load* load, Connection* connection);

// Runs the connection as far as it goes without blocking: true when its operation has ended, well
// (counted in ops) or not (counted in one of failed_*, and closed).
bool drive(Load* load, Connection* connection);

void close_connection(Connection* connection);
