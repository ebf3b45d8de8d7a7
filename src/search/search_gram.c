/* Grams of a text, and numbers in few bytes. */
#include "search/search_private.h"

/* 1 … 10 digits, 11 … 36 letters, then signs; 63 a run of what is not ASCII. */
static uint32_t letter_of(unsigned char c)
{
    if (c >= '0' && c <= '9') return (uint32_t)(c - '0') + 1;
    if (c >= 'a' && c <= 'z') return (uint32_t)(c - 'a') + 11;
    if (c >= 'A' && c <= 'Z') return (uint32_t)(c - 'A') + 11;
    switch (c) {
    case ' ': return 37;
    case '-': return 38;
    case '.': return 39;
    case '/': return 40;
    case '\n': return 41;
    default: return c >= 0x80 ? 63 : 42;
    }
}

size_t search_grams(struct str text, uint32_t *grams, size_t room)
{
    uint32_t window = 0;
    size_t letters = 0, count = 0;
    bool foreign = false;
    for (size_t i = 0; i < text.length && count < room; i++) {
        uint32_t letter = letter_of((unsigned char)text.at[i]);
        if (letter == 63 && foreign) continue;
        foreign = letter == 63;
        window = (window << 6 | letter) & (GRAMS - 1);
        if (++letters >= 3) grams[count++] = window;
    }
    return count;
}

void search_add_number(struct text *text, uint64_t number)
{
    for (; number >= 128; number >>= 7) text_add_char(text, (char)(number | 128));
    text_add_char(text, (char)number);
}

bool search_next_number(struct str *rest, uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; rest->length && shift < 63; shift += 7) {
        unsigned char c = (unsigned char)*rest->at++;
        rest->length--;
        *number |= (uint64_t)(c & 127) << shift;
        if (c < 128) return true;
    }
    return false;
}
