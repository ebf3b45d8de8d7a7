#include "paper/escape.h"
#include "paper/hybrid_private.h"

static const char *const levels[] = { [PAPER_PROFILE_EN16931] = "EN 16931",
                                      [PAPER_PROFILE_EXTENDED] = "EXTENDED",
                                      [PAPER_PROFILE_XRECHNUNG] = "XRECHNUNG" };

const char *profile_file_name(enum paper_profile profile)
{
    return profile == PAPER_PROFILE_XRECHNUNG ? "xrechnung.xml" : "factur-x.xml";
}

static void add_value(struct text *t, const char *before, struct str value, const char *after)
{
    if (!value.length) return;
    text_addz(t, before);
    add_escaped(t, value);
    text_addz(t, after);
}

/* The extension schema that Factur-X 1.0 asks for (section 6.3 of its documentation; PDF/A-3, 6.6.2.3). */
static void add_extension(struct text *t)
{
    static const char *const properties[][2] = {
        { "DocumentFileName", "The name of the embedded XML document" },
        { "DocumentType", "The type of the hybrid document in capital letters, e.g. INVOICE or ORDER" },
        { "Version", "The actual version of the standard applying to the embedded XML document" },
        { "ConformanceLevel", "The conformance level of the embedded XML document" },
    };
    text_addz(
        t, "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\""
           " xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\""
           " xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n"
           "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\n"
           "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>\n"
           "<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>\n"
           "<pdfaSchema:prefix>fx</pdfaSchema:prefix>\n<pdfaSchema:property><rdf:Seq>\n");
    for (size_t i = 0; i < ARRAY_LENGTH(properties); i++)
        text_addf(
            t,
            "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>%s</pdfaProperty:name>"
            "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
            "<pdfaProperty:description>%s</pdfaProperty:description></rdf:li>\n",
            properties[i][0], properties[i][1]);
    text_addz(t, "</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>\n");
}

struct str xmp_packet(struct arena *arena, const struct paper_meta *meta, enum paper_profile profile)
{
    char at[28];
    instant_format(meta->created_at, at);
    struct text t = text_new(arena);
    text_addz(
        &t,
        "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n");
    text_addz(&t, "<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">"
                  "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>\n");
    text_addz(&t, "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
                  "<dc:format>application/pdf</dc:format>");
    add_value(&t, "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">", meta->title, "</rdf:li></rdf:Alt></dc:title>");
    add_value(&t, "<dc:creator><rdf:Seq><rdf:li>", meta->author, "</rdf:li></rdf:Seq></dc:creator>");
    add_value(&t, "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">", meta->subject,
              "</rdf:li></rdf:Alt></dc:description>");
    text_addf(&t, "<dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language></rdf:Description>\n",
              meta->language == DUTCH ? "nl" : "en");
    text_addf(
        &t,
        "<rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><xmp:CreatorTool>" PAPER_CREATOR
        "</xmp:CreatorTool><xmp:CreateDate>%.19sZ</xmp:CreateDate><xmp:ModifyDate>%.19sZ</xmp:ModifyDate></rdf:Description>\n",
        at, at);
    text_addz(&t,
              "<rdf:Description rdf:about=\"\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"><pdf:Producer>" PAPER_PRODUCER
              "</pdf:Producer></rdf:Description>\n");
    if (profile) {
        text_addf(&t,
                  "<rdf:Description rdf:about=\"\" xmlns:fx=\"urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#\">"
                  "<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>%s</fx:DocumentFileName>"
                  "<fx:Version>1.0</fx:Version><fx:ConformanceLevel>%s</fx:ConformanceLevel></rdf:Description>\n",
                  profile_file_name(profile), levels[profile]);
        add_extension(&t);
    }
    text_addz(&t, "</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>");
    return text_str(&t);
}
