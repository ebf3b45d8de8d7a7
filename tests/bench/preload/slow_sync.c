/* A disk that takes its time: each fsync and fdatasync comes FLORIN_SYNC_US microseconds later. A virtual disk with a cache answers in 40 us, at which
 * a bare loop makes 20,000 durable commits a second; the figures that the targets of bench_posting and bench_db come from were taken on one that
 * needs 1.1 ms (890 a second). Loaded before the benches and the program (LD_PRELOAD); all of them wait alike, PostgreSQL's own server does not.
 *   FLORIN_SYNC_US=1000 ./dev bench posting db */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int fdatasync(int fd);
int fsync(int fd);

static int later(const char *name, int fd)
{
    const char *us = getenv("FLORIN_SYNC_US");
    long wait = us ? strtol(us, NULL, 10) * 1000 : 0;
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    if (wait > 0 && wait < 1000000000) nanosleep(&(struct timespec){ 0, wait }, NULL);
    return real ? real(fd) : -1;
}
int fdatasync(int fd) { return later("fdatasync", fd); }
int fsync(int fd) { return later("fsync", fd); }
