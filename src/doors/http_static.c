/* The web application, embedded at build (tools/embed_web.py): each file with its type, its hash and, where it pays, its
 * compressed forms. A path without a file is a page of the application: index.html. */
#include "doors/http_private.h"
#include "web.h" /* generated */

static const struct web_file *find(struct str path)
{
    size_t from = 0, to = web_file_count;
    while (from < to) {
        size_t middle = (from + to) / 2;
        int order = str_compare(str_of(web_files[middle].path), path);
        if (!order) return &web_files[middle];
        if (order < 0) from = middle + 1;
        else to = middle;
    }
    return NULL;
}

static struct str last_part(struct str path)
{
    struct str part = path, rest = path;
    while (rest.at) part = str_cut(rest, '/', &rest);
    return part;
}

static struct str best_coding(struct exchange *e, const struct web_file *file)
{
    struct str accepts = exchange_request_header(e, "Accept-Encoding");
    if (file->brotli.length && accepts_coding(accepts, "br")) {
        exchange_header(e, "Content-Encoding", STR("br"));
        return file->brotli;
    }
    if (file->gzip.length && accepts_coding(accepts, "gzip")) {
        exchange_header(e, "Content-Encoding", STR("gzip"));
        return file->gzip;
    }
    return file->content;
}

bool static_answer(struct exchange *e)
{
    bool page = str_is(e->path, "/") || str_find(last_part(e->path), ".") < 0;
    const struct web_file *file = find(e->path);
    if (!file && page) file = find(str_format(e->arena, "%.*s.html", STR_ARG(str_part(e->path, 0, 100)))); /* a page of its own: /supplier */
    if (!file && page) file = find(STR("/index.html"));
    if (!file) return false;
    struct str wanted = exchange_request_header(e, "If-None-Match");
    e->media_type = str_of(file->media_type);
    exchange_header(e, "ETag", str_of(file->tag));
    exchange_header(e, "Vary", STR("Accept-Encoding"));
    exchange_header(e, "Cache-Control", file->immutable ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    exchange_header(
        e, "Content-Security-Policy",
        STR("default-src 'self'; img-src 'self' data: blob:; frame-src 'self' blob:; style-src 'self'; script-src 'self'; object-src 'none'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"));
    exchange_header(e, "Cross-Origin-Opener-Policy", STR("same-origin"));
    e->status = 200;
    if (wanted.at && str_find(wanted, file->tag) >= 0) e->status = 304;
    else e->content = best_coding(e, file);
    return true;
}
