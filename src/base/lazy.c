#include "base/lazy.h"
#include <dlfcn.h>
#include <unistd.h>

static const char *plain_name(const char *marked) { return marked + sizeof LAZY_MARK - 1; }

static void *opened(const char *library) { return dlopen(library, RTLD_LAZY | RTLD_LOCAL); }

struct str lazy_load(struct arena *arena, const char *library)
{
    if (opened(library)) return (struct str){ 0 };
    const char *why = dlerror();
    return str_format(arena, "the library %s cannot be loaded (%s); install its package", library, why ? why : "?");
}

struct str lazy_load_all(struct arena *arena)
{
    struct text text = text_new(arena);
    for (size_t i = 0; i < lazy_library_count; i++) {
        struct str wrong = lazy_load(arena, plain_name(lazy_libraries[i]));
        if (wrong.length && text.length) text_addz(&text, "; ");
        text_add(&text, wrong);
    }
    return text_str(&text);
}

static _Noreturn void give_up(const char *library)
{
    const char *why = dlerror();
    fprintf(stderr, "florin: the library %s cannot be loaded (%s); install its package\n", library, why ? why : "?");
    _exit(70);
}

/* Two threads may do this at once: they find the same. */
void *lazy_find(uint32_t function)
{
    const struct lazy_function *f = &lazy_functions[function];
    const char *library = plain_name(lazy_libraries[f->library]);
    void *handle = opened(library), *at = handle ? dlsym(handle, f->name) : NULL;
    if (!at) give_up(library);
    __atomic_store_n(&lazy_slots[function], at, __ATOMIC_RELEASE);
    return at;
}
