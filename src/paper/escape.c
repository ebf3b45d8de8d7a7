#include "paper/escape.h"

void add_escaped(struct text *text, struct str s)
{
    bool good = str_is_utf8(s);
    for (size_t i = 0; i < s.length; i++) {
        uint8_t c = (uint8_t)s.at[i];
        switch (c) {
        case '&': text_addz(text, "&amp;"); break;
        case '<': text_addz(text, "&lt;"); break;
        case '>': text_addz(text, "&gt;"); break;
        case '"': text_addz(text, "&quot;"); break;
        case '\'': text_addz(text, "&#39;"); break;
        default:
            if (c < 0x20 && c != '\n' && c != '\t') break;
            /* U+FFFE and U+FFFF are no characters: EF BF BE, EF BF BF */
            if (good && c == 0xEF && (uint8_t)s.at[i + 1] == 0xBF && (uint8_t)s.at[i + 2] >= 0xBE) i += 2;
            else text_add_char(text, !good && c >= 0x80 ? '?' : (char)c);
        }
    }
}
