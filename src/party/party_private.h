/* Shared by the files of room party. */
#pragma once
#include "party/party.h"

struct party_key { int64_t id; };
extern const struct record party_key_record;
#define PARTY_KEY(number_) GIVEN(party_key, (&(const struct party_key){ (number_) }))
struct party_of { party_id party_id; struct str iban, purpose; int64_t id; };
extern const struct record party_of_record;
