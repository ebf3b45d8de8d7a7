#include <dirent.h>

#include "paper/hybrid.h"
#include "test.h"

TEST(paper_hybrid_reads_the_triples)
{
    const char *shared = test_shared();
    if (!shared) return;
    struct str folder = str_format(arena, "%s/data/triples", shared);
    DIR *dir = opendir(folder.at);
    int read = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (!str_ends(str_of(entry->d_name), ".pdf")) continue;
        struct str pdf = test_file(arena, str_format(arena, "%s/%s", folder.at, entry->d_name).at), xml;
        enum paper_hybrid_kind kind;
        expect_done(paper_hybrid_xml(arena, pdf, &xml, &kind));
        expect_int(PAPER_FACTURX, kind);
        expect(str_find(xml, "CrossIndustryInvoice") > 0);
        read++;
    }
    closedir(dir);
    expect_int(8, read);
}
