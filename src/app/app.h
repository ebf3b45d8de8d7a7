/* The program: its rooms' tables, its settings, its own commands (serve, help, openapi, version). */
#pragma once
#include "doors/doors.h"

/* All operations of all rooms. A room adds its line in app.c. */
struct fault *app_identify(struct work *work, struct books *books, const struct operations *operations,
                           struct str bearer, struct str cookie, struct str csrf,
                           struct str company); /* who asks, for every door; see doors.h */
struct fault *app_act_as(struct work *work, struct books *books, const struct operations *operations, struct str email,
                         struct str code, struct str company); /* --as EMAIL --factor CODE */
/* Before serving: the key of secrets is there (the first start makes it), and what stands unsealed is sealed. */
struct fault *app_seal(struct arena *arena, struct books *books);
struct settings;
/* Starts what the program does by itself while it serves: app_jobs.c. */
CHECKED struct fault *app_jobs_start(struct arena *arena, const struct doors *doors, const struct settings *settings,
                                     struct jobs **out);
void app_operations(struct arena *arena, struct operations *out);

/* One file of `name = value` lines under [sections]; # begins a comment; a text stands in "quotes" or bare. [http] port is
 * `http_port` here, FLORIN_HTTP_PORT in the environment, which goes first. A value may stand in a file of its own:
 * `key_file = "/run/secrets/key"`, FLORIN_HTTP_KEY_FILE. What is unknown, given twice or out of bounds is refused, all at
 * once, by name. */
struct settings {
    struct str data;    /* a folder, or postgresql://… */
    struct str secret_key_file; /* a path */
    struct str company; /* of the command line, where --company is not given */
    unsigned log_level;
    struct str http_address;
    int64_t http_port;
    struct str http_certificate, http_key; /* PEM; usually http_certificate_file, http_key_file */
    bool http_behind_proxy;
    struct str http_public_url; /* https://florin.example.nl: links in mails, passkeys */
    struct str http_metrics_token;
    int64_t http_threads, http_workers, http_queue, http_body_limit, http_upload_limit;
    struct str mail_url, mail_from, mail_user, mail_password; /* absent mail_url: mail waits in the outbox */
    bool mail_allow_plain;
};
extern const struct record settings_record;
/* `file`: absent is none. `environment`: NAME=value, ended by NULL. */
CHECKED struct fault *settings_read(struct arena *arena, struct str file, const char *const *environment, struct settings *out);
/* The pairs of one text of settings. */
CHECKED struct fault *settings_parse(struct arena *arena, struct str text, const struct pair **pairs, size_t *count);

CHECKED struct fault *settings_text(struct arena *arena, struct str file, struct str *out);
/* What is unsafe of these settings together, and of the files they stand in; asked by serve (settings_safe.c). */
CHECKED struct fault *settings_safe(struct arena *arena, struct str file, const char *const *environment,
                                    const struct settings *settings);

extern const struct fault_type settings_line, settings_no_file;

/* main() */
int app_main(int count, const char *const *words, const char *const *environment);
