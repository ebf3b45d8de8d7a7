/* Why a bank sent money back, in words: data/return_codes.csv. */
#include "cash/cash_private.h"
#include "return_codes.csv.h"

struct str cash_return_text(struct work *work, struct str code)
{
    for (struct str rest = str_of(return_codes_csv); rest.length && code.length;) {
        struct str line = str_cut(rest, '\n', &rest), more, dutch, english;
        if (!line.length || line.at[0] == '#') continue;
        if (!str_equal(str_cut(line, ';', &more), code)) continue;
        dutch = str_cut(more, ';', &english);
        return work->language == DUTCH ? dutch : english;
    }
    return (struct str){ 0 };
}

struct str cash_return_words(struct work *work, const struct bank_line *line)
{
    struct str text = cash_return_text(work, line->return_reason);
    if (!line->return_reason.length) return STR("storno");
    if (!text.length) return str_format(work->arena, "storno %.*s", STR_ARG(str_utf8_clip(line->return_reason, 35)));
    return str_format(work->arena, "storno %.*s: %.*s", STR_ARG(line->return_reason), STR_ARG(text));
}
