/* A scenario asks the program's own operations by method, path and JSON, as a client does, each request in a transaction of its own;
 * every answer and every problem is held against the OpenAPI description. */
#pragma once
#include "test.h"
#include "app/app.h"
#include <jansson.h>

struct scene { struct work *work; struct operations all; json_t *openapi; struct shown { struct str cookie, csrf; } as, guest; };
struct scene scene_begin(struct work *work); /* acts as the program itself (work->system) until scene_as */
void scene_end(struct scene *scene);
/* From now on the requests are this person's: signs in, with the code of the second factor when `secret` (base32) is given. */
void scene_as(struct scene *scene, const char *email, const char *password, const char *secret);
void scene_as_program(struct scene *scene);
/* From now on what is for guests of the portal is asked by the session that this link's secret opens; what is not, by nobody. Until
 * scene_as or scene_as_program. */
void scene_as_guest(struct scene *scene, const char *secret);
/* The answer's JSON, borrowed until the arena ends. `status` 200 is done; anything else is the problem that must come.
 * `target` may hold a query; `body` NULL: none; an upload's body is sent as it is. */
json_t *ask(struct scene *scene, int status, const char *method, const char *target, struct str body);
#define GET(scene, target) ask(scene, 200, "GET", target, (struct str){ 0 })
#define POST(scene, target, ...) ask(scene, 200, "POST", target, str_format((scene)->work->arena, __VA_ARGS__))
#define REFUSED(scene, status, target, ...) ask(scene, status, "POST", target, str_format((scene)->work->arena, __VA_ARGS__))
int64_t number_in(json_t *object, const char *name);
const char *text_in(json_t *object, const char *name);
/* name.COMPANY@example.nl: people are of all companies of a process's books. */
const char *unique(struct work *work, const char *name);
/* The six digits of now (work->now), RFC 6238. */
struct str totp_now(struct work *work, const char *base32);
