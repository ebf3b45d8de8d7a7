/* Shared by the files of room bank. */
#pragma once
#include "bank/bank.h"

struct bank_key { int64_t id; };
extern const struct record bank_key_record;
#define BANK_KEY(number_) GIVEN(bank_key, (&(const struct bank_key){ (number_) }))
