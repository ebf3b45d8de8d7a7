/* A client for the tests of the HTTP door, on bare sockets, so that it can also misbehave. Every reply below /api/v1 is held
 * against the OpenAPI description. */
#pragma once
#include "doors/doors.h"

struct reply { int status; struct str head, body; bool closes; };
struct served { struct arena *arena; struct operations all; struct doors doors; struct http *http; void *openapi; };
struct served serve_notes(struct work *work, const struct http_settings *settings); /* loopback, any port */
void serve_end(struct served *served);

int dial(const struct served *served);
void send_text(int socket, struct str text);
struct reply receive(struct arena *arena, int socket, bool head_only);
struct str header_of(const struct reply *reply, const char *name); /* absent: none */
/* One request on a connection of its own; `headers`: lines that end in \r\n. Checked against the contract. */
struct reply call(struct served *served, const char *method, const char *target, const char *headers, const char *body);
#define AS(who) "Authorization: Bearer " who "\r\n"
#define JSON_TYPE "Content-Type: application/json\r\n"
