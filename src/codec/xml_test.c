#include "tests/test.h"
#include "tests/xml_compare.h"
#include <dirent.h>

/* Read by the quick reader, with libxml2's own events. */
static const char *const quick[] = {
    "<a/>",
    "\xef\xbb\xbf<a></a>",
    "<?xml version='1.0' encoding=\"utf-8\" standalone='yes' ?>\n<!-- c --><?pi data?><a>\r\n  x&amp;&lt;&gt;&quot;&apos;&#65;&#x42;&#x1F600;\r]]</a>\n<!---->\n",
    "<p:a xmlns:p='urn:x' xmlns='http://example.com/b?c=d#e'><b p:c='1' c=\" 2\t3\n4&#10;5\"/><p:b></p:b ></p:a>",
    "<a xmlns='urn:x'><b xmlns=''><c/></b><d xmlns='urn:y' xmlns:q='urn:x' q:e='1' e='2'><q:f/></d><g/></a>",
    "<a>one<![CDATA[ <&>]] ]]>two<!-- three -->four<?five six?>seven<![CDATA[]]><![CDATA[\r\n\r]]></a>",
    "<a xml:lang='nl' xml:space='preserve'>caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80</a>",
    "<\xc3\xa9t\xc3\xa9 x\xc3\xa9='1'/>",
    "<a x='&#xA;&#xD;&#9;' y='\r\n'/>",
    "<a b = '1'\n c\t=\n\"'\"\n></a\n>",
    "  \n<a>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&amp;</a>",
};
/* Left to libxml2, which refuses most of them. */
static const char *const odd[] = {
    "",
    "<",
    "<a",
    "<a>",
    "<a></b>",
    "<a></a",
    "<a/><b/>",
    "<a/>x",
    "x<a/>",
    "<a><b></a></b>",
    "<a b/>",
    "<a b=c/>",
    "<a b='1' b='2'/>",
    "<a b='<'/>",
    "<a b='1'c='2'/>",
    "<a>&b;</a>",
    "<a>&#0;</a>",
    "<a>&#xD800;</a>",
    "<a>&#1114112;</a>",
    "<a>&amp</a>",
    "<a>]]></a>",
    "<a><!-- -- --></a>",
    "<a><!-- --->",
    "<a><?xml version='1.0'?></a>",
    "<a><?XmL x?></a>",
    "<a><?a:b x?></a>",
    "<p:a/>",
    "<a p:b='1'/>",
    "<:a/>",
    "<a:/>",
    "<a:b:c xmlns:a='urn:x'/>",
    "<1a/>",
    "<a xmlns:p=''/>",
    "<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/>",
    "<a xmlns:p='urn:x' xmlns:p='urn:y'/>",
    "<a xmlns:xmlns='urn:x'/>",
    "<a xmlns:q='http://www.w3.org/XML/1998/namespace'/>",
    "<a xmlns='::'/>",
    "<!DOCTYPE a><a/>",
    "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "<a>\x01</a>",
    "<a>\xff</a>",
    "<a>\xc0\x80</a>",
    "<a>\xed\xa0\x80</a>",
    "<a>\xef\xbf\xbf</a>",
    "<a>\xe2\x82</a>",
    "<a b='\x02'/>",
    "<a><![CDATA[x]]",
    "<?xml version='1.1'?><a/>",
    "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>",
    "<?xml encoding='UTF-8'?><a/>",
    "<a></a b>",
    "<a/ >",
    "< a/>",
};

TEST(xml_quick_accepts)
{
    for (size_t i = 0; i < ARRAY_LENGTH(quick); i++)
        if (!xml_compare(arena, str_of(quick[i]))) fail_msg("%s", quick[i]);
    expect(xml_compare(arena, STR("<a>\r</a>")));
    for (size_t i = 0; i < ARRAY_LENGTH(odd); i++)
        if (xml_compare(arena, str_of(odd[i]))) fail_msg("%s", odd[i]);
    expect(!xml_compare(arena, STR("<a>\0</a>")));
}

/* A document of many names, namespaces, attributes and references, changed in every place by every character that means something. */
TEST(xml_quick_mutated)
{
    static const char document[] =
        "<?xml version=\"1.0\"?><!--c--><p:a xmlns:p='urn:x' b=\"1&#9;\" p:c='\xc3\xa9'>t&amp;\r\n<?q r?><d xmlns='u:v'/><![CDATA[e]]>]</p:a>\n";
    static const char signs[] = "<>/=\"'&;:#!?-[] \n\r\tx1\x01\x80\xc3\xe2\xff";
    char changed[sizeof document];
    size_t read = 0, length = sizeof document - 1;
    for (size_t at = 0; at < length; at++) {
        struct arena_mark mark = arena_mark(arena);
        for (size_t sign = 0; sign < sizeof signs; sign++) {
            memcpy(changed, document, length);
            changed[at] = signs[sign];
            read += xml_compare(arena, (struct str){ changed, length });
        }
        memmove(changed, document, at);
        memcpy(changed + at, document + at + 1, length - at - 1);
        read += xml_compare(arena, (struct str){ changed, length - 1 });
        (void)xml_compare(arena, (struct str){ document, at });
        arena_rewind(arena, mark);
    }
    expect(xml_compare(arena, (struct str){ document, length }));
    expect(read > 300);
}

/* More names than the table begins with, and more than the kept parser keeps. */
TEST(xml_quick_many_names)
{
    struct text t = text_new(arena);
    text_addz(&t, "<a>");
    for (int i = 0; i < 10000; i++) text_addf(&t, "<n%d b%d='%d'/>", i, i, i);
    text_addz(&t, "</a>");
    expect(xml_compare(arena, text_str(&t)));
}

TEST(xml_quick_shared)
{
    static const char *const folders[] = { "data/en16931/oracle", "data/camt" };
    size_t read = 0, all = 0;
    const char *shared = test_shared();
    if (!shared) return;
    for (size_t f = 0; f < ARRAY_LENGTH(folders); f++) {
        struct str folder = str_format(arena, "%s/%s", shared, folders[f]);
        DIR *dir = opendir(folder.at);
        for (struct dirent *entry; dir && (entry = readdir(dir));) {
            if (!str_ends(str_of(entry->d_name), ".xml")) continue;
            struct arena_mark mark = arena_mark(arena);
            all++;
            read += xml_compare(arena, test_file(arena, str_format(arena, "%.*s/%s", STR_ARG(folder), entry->d_name).at));
            arena_rewind(arena, mark);
        }
        if (dir) closedir(dir);
    }
    expect(read * 10 >= all * 9); /* nearly all are what the quick reader is for */
}

/* ---- Odd in the middle: libxml2 begins again and what has been told is not told twice ---- */

struct told { struct text text; };
static void told_start(void *context, struct xml_reader *reader, const struct xml_element *element)
{
    struct told *told = context;
    text_addf(&told->text, "<%.*s %zu %d", STR_ARG(element->name), xml_depth(reader), xml_line(reader));
}
static void told_end(void *context, struct xml_reader *reader, struct str name, struct str text)
{
    struct told *told = context;
    (void)reader;
    text_addf(&told->text, ">%.*s(%.*s)", STR_ARG(name), STR_ARG(text));
}

TEST(xml_read_odd_in_the_middle)
{
    static const struct xml_handler handler = { told_start, told_end };
    struct told told = { text_new(arena) };
    /* To declare the prefix that is always there is right, and odd. */
    struct str bytes = STR("<a>\n<b>1</b>x<c>2&amp;3<d/>y<e xmlns:xml='http://www.w3.org/XML/1998/namespace'/>w</c>v</a>");
    expect(!xml_compare(arena, bytes));
    expect_done(xml_read(arena, bytes, &xml_limits_default, &handler, &told));
    expect_str("<a 1 1<b 2 2>b(1)<c 2 2<d 3 2>d()<e 3 2>e()>c(2&3yw)>a(\nxv)", text_str(&told.text));
    expect_refused(&xml_malformed, xml_read(arena, STR("<a><b>1</b>\n</c>"), &xml_limits_default, &handler, &told));
    expect_refused(&xml_forbidden, xml_read(arena, STR("<!DOCTYPE a><a/>"), &xml_limits_default, &handler, &told));
}

/* ---- The fast pass: pieces, windows, what it refuses ---- */

struct source { struct str left; size_t step; };
static ptrdiff_t source_read(void *context, char *at, size_t room)
{
    struct source *s = context;
    size_t n = s->left.length < s->step ? s->left.length : s->step;
    if (n > room) n = room;
    if (n) memcpy(at, s->left.at, n);
    s->left = str_part(s->left, n, s->left.length);
    return (ptrdiff_t)n;
}
static void scan_open(void *context, struct xml_scan *scan, int id)
{
    struct told *told = context;
    text_addf(&told->text, "<%d %.*s", id, STR_ARG(xml_scan_attribute(scan, "x")));
}
static void scan_text(void *context, struct xml_scan *scan, int id, struct str text)
{
    struct told *told = context;
    (void)scan;
    text_addf(&told->text, "(%d %zu ", id, text.length);
    text_add(&told->text, str_part(text, 0, 10));
}
static void scan_close(void *context, struct xml_scan *scan, int id)
{
    (void)scan;
    text_addf(&((struct told *)context)->text, ">%d", id);
}
static struct str scanned(struct arena *arena, struct str bytes, size_t step, struct fault **fault)
{
    static const struct xml_rule rules[] = { { 1, "a", 1, 2, XML_OPEN | XML_CLOSE },
                                             { 2, "b", 2, 0, XML_OPEN | XML_TEXT },
                                             { 2, "c", 3, 2, XML_CLOSE } };
    static const struct xml_grammar grammar = { rules, ARRAY_LENGTH(rules) };
    static const struct xml_scan_handler handler = { scan_open, scan_text, scan_close };
    struct told told = { text_new(arena) };
    struct source source = { bytes, step };
    *fault = xml_scan_read(arena, source_read, &source, &xml_limits_default, &grammar, &handler, &told);
    return text_str(&told.text);
}

TEST(xml_scan_pieces)
{
    struct fault *fault;
    struct text long_one = text_new(arena);
    text_addz(&long_one, "<?xml version='1.0'?><p:a xmlns:p='urn:x' x='1'>");
    for (int i = 0; i < 40000; i++) text_add_char(&long_one, ' ');
    text_addz(&long_one, "<c>white<b x='2'>a&amp;b</b></c><d><b>not asked</b></d><b>");
    for (int i = 0; i < 300000; i++) text_add_char(&long_one, (char)('a' + i % 26));
    text_addz(&long_one, "</b><b><![CDATA[");
    for (int i = 0; i < 300000; i++) text_add_char(&long_one, (char)('a' + i % 26));
    text_addz(&long_one, "]]>&#8364;</b><e><!-- ");
    for (int i = 0; i < 200000; i++) text_add_char(&long_one, '\n');
    text_addz(&long_one, "--></e><b/></p:a>\n");
    static const char all[] = "<1 1<2 2(2 3 a&b>3<2 (2 300000 abcdefghij<2 (2 300003 abcdefghij<2 (2 0 >1";
    static const size_t steps[] = { 1000, 65536, 1 << 20 };
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        expect_str(all, scanned(arena, text_str(&long_one), steps[i], &fault));
        expect_done(fault);
    }
    expect_str("<1 ", scanned(arena, STR("<a>\n</b>"), 3, &fault));
    expect_refused(&xml_malformed, fault);
    expect_str("", scanned(arena, STR("<!DOCTYPE a>\n<a/>"), 3, &fault));
    expect_refused(&xml_forbidden, fault);
    expect_str("<1 <2 (2 2 \xc3\xa9>1",
               scanned(arena, STR("<?xml version='1.0' encoding='ISO-8859-1'?><a><b>\xe9</b></a>"), 5, &fault));
    expect_done(fault); /* by libxml2 */
}
