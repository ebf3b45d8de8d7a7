/* What making an archive or hybrid PDF is put together from. */
#pragma once
#include "paper/hybrid.h"

struct str icc_srgb(struct arena *arena);
/* The XMP packet (ISO 16684-1) in step with the Info dictionary; `profile` 0: no invoice inside. */
struct str xmp_packet(struct arena *arena, const struct paper_meta *meta, enum paper_profile profile);
const char *profile_file_name(enum paper_profile profile);
#define PAPER_PRODUCER "Florin (cairo, qpdf)"
#define PAPER_CREATOR "Florin"
