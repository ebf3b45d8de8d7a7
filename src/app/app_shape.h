/* How a table of members is written down (app_json.h). */
#pragma once
#include "app/app_json.h"

#define M(T, member, kind_)                                       \
    {                                                             \
        .name = #member, .kind = kind_, .at = offsetof(T, member) \
    }
#define G(T, member, kind_, shape_)                                                         \
    {                                                                                       \
        .name = #member, .kind = kind_, .at = offsetof(T, member), .shape = &shape_##_shape \
    }
#define A(T, member, count_, shape_)                                                                   \
    {                                                                                                  \
        .name = #member, .kind = SHAPE_ARRAY, .at = offsetof(T, member), .other = offsetof(T, count_), \
        .shape = &shape_##_shape                                                                       \
    }
#define MINOR(T, member, its, currency_)                                                             \
    {                                                                                                \
        .name = its, .kind = SHAPE_MINOR, .at = offsetof(T, member), .other = offsetof(T, currency_) \
    }
#define WORD(T, member, word_)                                                        \
    {                                                                                 \
        .name = #member, .kind = SHAPE_WORD, .at = offsetof(T, member), .word = word_ \
    }
#define SHAPE(T, shape_, present_, ...)                                    \
    static const struct shape_member shape_##_members[] = { __VA_ARGS__ }; \
    const struct shape shape_##_shape = { sizeof(T), shape_##_members, ARRAY_LENGTH(shape_##_members), present_ }
#define HAS(T) offsetof(T, present)
