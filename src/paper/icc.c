/* The sRGB colour profile (IEC 61966-2-1) as an ICC version 2 display profile (ICC.1:2001-04), made here: primaries
 * adapted to D50, the transfer curve in 1,024 steps. PDF/A wants the colour space that the page's colours mean. */
#include <math.h>

#include "paper/hybrid_private.h"

enum { CURVE_STEPS = 1024, TAG_COUNT = 9, HEADER_BYTES = 128 };

static void put16(struct text *t, uint32_t v)
{
    const uint8_t bytes[] = { (uint8_t)(v >> 8), (uint8_t)v };
    text_add_bytes(t, bytes, sizeof bytes);
}
static void put32(struct text *t, uint32_t v)
{
    put16(t, v >> 16);
    put16(t, v & 0xFFFF);
}
static void put_zeros(struct text *t, size_t count)
{
    while (count--) text_add_char(t, 0);
}

static void put_xyz(struct text *t, uint32_t x, uint32_t y, uint32_t z)
{
    text_addz(t, "XYZ ");
    put32(t, 0);
    put32(t, x);
    put32(t, y);
    put32(t, z);
}

static struct str description(struct arena *arena)
{
    static const char name[] = "sRGB IEC61966-2.1";
    struct text t = text_new(arena);
    text_addz(&t, "desc");
    put32(&t, 0);
    put32(&t, sizeof name);
    text_add_bytes(&t, name, sizeof name);
    put_zeros(&t, 4 + 4 + 2 + 1 + 67); /* no Unicode, no Macintosh text */
    put_zeros(&t, (4 - t.length % 4) % 4);
    return text_str(&t);
}

static struct str curve(struct arena *arena)
{
    struct text t = text_new(arena);
    text_addz(&t, "curv");
    put32(&t, 0);
    put32(&t, CURVE_STEPS);
    for (int i = 0; i < CURVE_STEPS; i++) {
        double v = (double)i / (CURVE_STEPS - 1);
        double linear = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
        put16(&t, (uint32_t)lround(linear * 65535));
    }
    return text_str(&t);
}

static struct str xyz(struct arena *arena, uint32_t x, uint32_t y, uint32_t z)
{
    struct text t = text_new(arena);
    put_xyz(&t, x, y, z);
    return text_str(&t);
}

static void put_header(struct text *t, size_t size)
{
    put32(t, (uint32_t)size);
    put32(t, 0);
    put32(t, 0x02100000);
    text_addz(t, "mntrRGB XYZ ");
    put16(t, 2026), put16(t, 1), put16(t, 1); /* made on: a fixed day, for the same bytes always */
    put_zeros(t, 6);
    text_addz(t, "acsp");
    put_zeros(t, 4 + 4 + 4 + 4 + 8 + 4); /* platform … rendering intent: perceptual */
    put32(t, 0xF6D6), put32(t, 0x10000), put32(t, 0xD32D); /* D50 */
    put_zeros(t, HEADER_BYTES - t->length);
}

struct str icc_srgb(struct arena *arena)
{
    static const char free_use[] = "text\0\0\0\0No copyright, use freely";
    const struct str bodies[] = {
        description(arena),
        { free_use, sizeof free_use },
        xyz(arena, 0xF351, 0x10000, 0x116CC),
        xyz(arena, 0x6FA2, 0x38F5, 0x0390),
        xyz(arena, 0x6299, 0xB785, 0x18DA),
        xyz(arena, 0x24A0, 0x0F84, 0xB6CF),
        curve(arena),
    };
    static const struct { const char *tag; size_t body; } tags[TAG_COUNT] = {
        { "desc", 0 }, { "cprt", 1 }, { "wtpt", 2 }, { "rXYZ", 3 }, { "gXYZ", 4 },
        { "bXYZ", 5 }, { "rTRC", 6 }, { "gTRC", 6 }, { "bTRC", 6 },
    };
    size_t at[ARRAY_LENGTH(bodies)], end = HEADER_BYTES + 4 + TAG_COUNT * 12;
    for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
        at[i] = end;
        end += (bodies[i].length + 3) / 4 * 4;
    }
    struct text t = text_new(arena);
    put_header(&t, end);
    put32(&t, TAG_COUNT);
    for (size_t i = 0; i < TAG_COUNT; i++) {
        text_addz(&t, tags[i].tag);
        put32(&t, (uint32_t)at[tags[i].body]);
        put32(&t, (uint32_t)bodies[tags[i].body].length);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
        text_add(&t, bodies[i]);
        put_zeros(&t, (4 - bodies[i].length % 4) % 4);
    }
    return text_str(&t);
}
