/* A mail as bytes, with GMime. */
#include "connect/connect.h"
#include <gmime/gmime.h>
#include <pthread.h>

static pthread_once_t began = PTHREAD_ONCE_INIT;

/* A header takes one line: what would end it becomes a space. GMime encodes the rest. */
static const char *line_of(struct arena *arena, struct str s)
{
    char *text = arena_alloc(arena, s.length + 1);
    memcpy(text, s.length ? s.at : "", s.length);
    for (size_t i = 0; i < s.length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7F) text[i] = ' ';
    return text;
}

/* GMime would choose the smallest character set by itself; everything here is UTF-8. */
static GMimeObject *text_part(const struct mail *mail)
{
    struct str text = mail->text.length ? mail->text : STR("\n");
    GMimePart *part = g_mime_part_new_with_type("text", "plain");
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text.at, text.length);
    GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_object_unref(stream);
    g_mime_part_set_content(part, content);
    g_object_unref(content);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    return GMIME_OBJECT(part);
}

static void in_utf8(GMimeParamList *list, const char *name)
{
    GMimeParam *param = list ? g_mime_param_list_get_parameter(list, name) : NULL;
    if (param) g_mime_param_set_charset(param, "utf-8");
}

static GMimeObject *file_part(struct arena *arena, const struct mail_file *file)
{
    struct str rest, type = str_cut(file->media_type, '/', &rest);
    bool typed = type.length && rest.length;
    GMimePart *part = g_mime_part_new_with_type(typed ? line_of(arena, type) : "application",
                                                typed ? line_of(arena, rest) : "octet-stream");
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(file->content.at, file->content.length);
    GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_object_unref(stream);
    g_mime_part_set_content(part, content);
    g_object_unref(content);
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_ATTACHMENT);
    g_mime_part_set_filename(part, line_of(arena, file->name));
    in_utf8(g_mime_content_disposition_get_parameters(g_mime_object_get_content_disposition(GMIME_OBJECT(part))), "filename");
    in_utf8(g_mime_content_type_get_parameters(g_mime_object_get_content_type(GMIME_OBJECT(part))), "name");
    return GMIME_OBJECT(part);
}

/* Of the content, so that it is the same each time and stands in none of the parts: base64 has no underscore, and the text part is
 * quoted-printable, where "=_" cannot stand (RFC 2045, 6.7). */
static struct str boundary_of(struct arena *arena, const struct mail *mail)
{
    uint8_t hash[32];
    sha256(mail->message_id.at, mail->message_id.length, hash);
    return str_format(arena, "=_%.*s", 32, hex_text(arena, hash, sizeof hash).at);
}

static GMimeObject *body_of(struct arena *arena, const struct mail *mail)
{
    if (!mail->files.count) return text_part(mail);
    GMimeMultipart *mixed = g_mime_multipart_new_with_subtype("mixed");
    GMimeObject *text = text_part(mail);
    g_mime_multipart_set_boundary(mixed, boundary_of(arena, mail).at);
    g_mime_multipart_add(mixed, text);
    g_object_unref(text);
    for (size_t i = 0; i < mail->files.count; i++) {
        GMimeObject *part = file_part(arena, &mail->files.at[i]);
        g_mime_multipart_add(mixed, part);
        g_object_unref(part);
    }
    return GMIME_OBJECT(mixed);
}

static void address(struct arena *arena, GMimeMessage *message, GMimeAddressType type, struct str name, struct str address)
{
    if (!address.length) return;
    InternetAddress *mailbox = internet_address_mailbox_new(name.length ? line_of(arena, name) : NULL, line_of(arena, address));
    internet_address_set_charset(mailbox, "utf-8");
    internet_address_list_add(g_mime_message_get_addresses(message, type), mailbox);
    g_object_unref(mailbox);
}

struct str mail_make(struct arena *arena, const struct mail *mail)
{
    pthread_once(&began, g_mime_init);
    GMimeMessage *message = g_mime_message_new(TRUE);
    GMimeObject *body = body_of(arena, mail);
    GDateTime *date = g_date_time_new_from_unix_utc(mail->dated_at.us / 1000000);
    GMimeFormatOptions *options = g_mime_format_options_new();
    address(arena, message, GMIME_ADDRESS_TYPE_FROM, mail->from_name, mail->from);
    address(arena, message, GMIME_ADDRESS_TYPE_REPLY_TO, mail->from_name, mail->reply_to);
    address(arena, message, GMIME_ADDRESS_TYPE_TO, mail->to_name, mail->to);
    g_mime_message_set_subject(message, line_of(arena, mail->title), "utf-8");
    g_mime_message_set_date(message, date);
    g_mime_message_set_message_id(message, line_of(arena, mail->message_id));
    g_mime_message_set_mime_part(message, body);
    g_mime_object_set_header(GMIME_OBJECT(message), "Auto-Submitted", "auto-generated", NULL);
    g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
    char *bytes = g_mime_object_to_string(GMIME_OBJECT(message), options);
    struct str out = str_copy(arena, bytes, strlen(bytes));
    g_free(bytes);
    g_mime_format_options_free(options);
    g_date_time_unref(date);
    g_object_unref(body);
    g_object_unref(message);
    return out;
}

struct str mail_message_id(struct arena *arena, const struct mail_settings *settings, int64_t company_id, outbox_id id)
{
    struct str domain;
    (void)str_cut(settings->from, '@', &domain);
    return str_format(arena, "%lld.%lld@%.*s", (long long)id.n, (long long)company_id,
                      STR_ARG(domain.length ? domain : STR("florin.invalid")));
}
