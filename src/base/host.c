/* Names and numbers of machines, as they stand in settings. Nothing is looked up. */
#include "base/base.h"

struct str host_of_url(struct str url)
{
    struct str rest, host;
    ptrdiff_t at = str_find(url, "://");
    if (at >= 0) url = str_part(url, (size_t)at + 3, url.length);
    host = str_cut(str_cut(str_cut(url, '/', &rest), '?', &rest), '#', &rest);
    while ((at = str_find(host, "@")) >= 0) host = str_part(host, (size_t)at + 1, host.length); /* what stands before it is a name */
    if (str_starts(host, "[")) return str_cut(str_part(host, 1, host.length), ']', &rest);
    return str_cut(host, ':', &rest);
}

/* Four numbers with points between; any number of them of a prefix. */
static bool is_four(struct str host, int part[4])
{
    int count = 0;
    for (struct str rest = host; rest.at && count < 5; count++) {
        int64_t n;
        struct str piece = str_cut(rest, '.', &rest);
        if (count == 4 || piece.length > 3 || !str_to_int(piece, &n) || n < 0 || n > 255) return false;
        part[count] = (int)n;
    }
    return count == 4;
}

bool host_is_here(struct str host)
{
    int part[4];
    return str_equal_caseless(host, STR("localhost")) || str_is(host, "::1") || (is_four(host, part) && part[0] == 127);
}

bool host_is_near(struct str host)
{
    int part[4];
    if (!host.length) return false;
    if (host_is_here(host)) return true;
    if (is_four(host, part))
        return part[0] == 10 || (part[0] == 192 && part[1] == 168) || (part[0] == 172 && part[1] >= 16 && part[1] < 32);
    if (str_find(host, ":") >= 0)
        return str_starts(host, "fc") || str_starts(host, "fd") || str_starts(host, "FC") || str_starts(host, "FD");
    return str_find(host, ".") < 0; /* a name without a point: of this network, or of a container */
}
