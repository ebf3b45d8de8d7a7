#include <arpa/inet.h>
#include <gmime/gmime.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#include "given.h"
#include "connect/connect.h"
#include "invoice/invoice.h"

/* ---- A mail server of our own, on loopback ---- */

enum { MESSAGES_MAX = 100 };
struct server {
    int listening, port;
    pthread_t thread;
    pthread_mutex_t lock;
    const char *at_recipient, *at_data; /* what it answers, NULL: 250 */
    const char *needs;                  /* AUTH PLAIN it wants, base64; NULL: none */
    bool stopping;
    char *messages[MESSAGES_MAX], senders[MESSAGES_MAX][300];
    int count;
};

static void say(int fd, const char *text)
{
    ssize_t n = send(fd, text, strlen(text), MSG_NOSIGNAL);
    (void)n;
}

/* One line with its end, or false. */
static bool hear_line(int fd, char *line, size_t room)
{
    size_t n = 0;
    while (n + 1 < room) {
        if (recv(fd, line + n, 1, 0) != 1) return false;
        if (line[n++] == '\n') break;
    }
    line[n] = 0;
    return n > 0;
}

static char *hear_message(int fd)
{
    size_t length = 0, room = 1 << 16;
    char *text = malloc(room), line[2000];
    ensure(text);
    while (hear_line(fd, line, sizeof line) && strcmp(line, ".\r\n")) {
        const char *from = line[0] == '.' ? line + 1 : line;
        size_t n = strlen(from);
        if (length + n + 1 > room) text = realloc(text, room = 2 * (room + n));
        ensure(text);
        memcpy(text + length, from, n);
        length += n;
    }
    text[length] = 0;
    return text;
}

static void converse(struct server *s, int fd)
{
    char line[2000], sender[300] = "";
    bool signed_in = !s->needs;
    say(fd, "220 test ESMTP\r\n");
    while (hear_line(fd, line, sizeof line)) {
        pthread_mutex_lock(&s->lock);
        const char *at_recipient = s->at_recipient, *at_data = s->at_data;
        pthread_mutex_unlock(&s->lock);
        if (!strncmp(line, "EHLO", 4)) say(fd, s->needs ? "250-test\r\n250 AUTH PLAIN\r\n" : "250 test\r\n");
        else if (!strncmp(line, "AUTH PLAIN", 10)) {
            if (!line[10] || line[10] == '\r')
                say(fd, "334 \r\n"),
                    signed_in = hear_line(fd, line, sizeof line) && !strncmp(line, s->needs, strlen(s->needs));
            else signed_in = !strncmp(line + 11, s->needs, strlen(s->needs));
            say(fd, signed_in ? "235 welcome\r\n" : "535 wrong\r\n");
        } else if (!strncmp(line, "MAIL FROM:", 10)) {
            snprintf(sender, sizeof sender, "%.290s", line + 10);
            say(fd, signed_in ? "250 ok\r\n" : "530 sign in\r\n");
        } else if (!strncmp(line, "RCPT TO:", 8)) say(fd, at_recipient ? at_recipient : "250 ok\r\n");
        else if (!strncmp(line, "DATA", 4)) {
            say(fd, "354 go on\r\n");
            char *message = hear_message(fd);
            pthread_mutex_lock(&s->lock);
            if (at_data || s->count == MESSAGES_MAX) free(message);
            else {
                memcpy(s->senders[s->count], sender, sizeof sender);
                s->messages[s->count++] = message;
            }
            pthread_mutex_unlock(&s->lock);
            say(fd, at_data ? at_data : "250 queued as 7\r\n");
        } else if (!strncmp(line, "QUIT", 4)) {
            say(fd, "221 bye\r\n");
            return;
        } else say(fd, "250 ok\r\n");
    }
}

static void *serve(void *context)
{
    struct server *s = context;
    for (;;) {
        int fd = accept(s->listening, NULL, NULL);
        if (s->stopping || fd < 0) {
            if (fd >= 0) close(fd);
            return NULL;
        }
        converse(s, fd);
        close(fd);
    }
}

static void server_begin(struct server *s)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    memset(s, 0, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    s->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    expect_int(0, bind(s->listening, (struct sockaddr *)&address, sizeof address));
    expect_int(0, listen(s->listening, 8));
    expect_int(0, getsockname(s->listening, (struct sockaddr *)&address, &length));
    s->port = ntohs(address.sin_port);
    expect_int(0, pthread_create(&s->thread, NULL, serve, s));
}

static void server_end(struct server *s)
{
    s->stopping = true;
    shutdown(s->listening, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listening);
    for (int i = 0; i < s->count; i++) free(s->messages[i]);
}

static void server_answers(struct server *s, const char *at_recipient)
{
    pthread_mutex_lock(&s->lock);
    s->at_recipient = at_recipient;
    pthread_mutex_unlock(&s->lock);
}

static struct mail_settings settings_of(struct arena *arena, const struct server *s)
{
    return (struct mail_settings){ .url = str_format(arena, "smtp://127.0.0.1:%d", s->port), .from = STR("facturen@test.example"),
                                   .connect_timeout_ms = 3000, .timeout_ms = 10000 };
}

/* ---- Reading back what arrived ---- */

static struct str part_content(struct arena *arena, GMimePart *part)
{
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(part), stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    struct str content = str_copy(arena, (const char *)bytes->data, bytes->len);
    g_object_unref(stream);
    return content;
}

struct arrived { struct str title, from, to, message_id, text; struct mail_file files[5]; int file_count; };

static struct arrived parse(struct arena *arena, struct str bytes)
{
    struct arrived a = { 0 };
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.at, bytes.length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    assert_non_null(message);
    a.title = str_keep(arena, str_of(g_mime_message_get_subject(message)));
    a.message_id = str_keep(arena, str_of(g_mime_message_get_message_id(message)));
    char *from = internet_address_list_to_string(g_mime_message_get_from(message), NULL, FALSE),
         *to = internet_address_list_to_string(g_mime_message_get_to(message), NULL, FALSE);
    a.from = str_keep(arena, str_of(from)), a.to = str_keep(arena, str_of(to));
    g_free(from), g_free(to);
    GMimeObject *body = g_mime_message_get_mime_part(message);
    int count = GMIME_IS_MULTIPART(body) ? g_mime_multipart_get_count(GMIME_MULTIPART(body)) : 1;
    for (int i = 0; i < count; i++) {
        GMimePart *part = GMIME_PART(GMIME_IS_MULTIPART(body) ? g_mime_multipart_get_part(GMIME_MULTIPART(body), i) : body);
        struct str content = part_content(arena, part);
        if (!i) a.text = content;
        else if (a.file_count < 5)
            a.files[a.file_count++] = (struct mail_file){ str_keep(arena, str_of(g_mime_part_get_filename(part))),
                str_format(arena, "%s/%s", g_mime_content_type_get_media_type(g_mime_object_get_content_type(GMIME_OBJECT(part))),
                           g_mime_content_type_get_media_subtype(g_mime_object_get_content_type(GMIME_OBJECT(part)))), content };
    }
    g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
    return a;
}

TEST(mail_is_made_as_it_is_read)
{
    struct mail mail = {
        .from_name = STR("Caf\xC3\xA9 \"De Zon\", B.V."),
        .from = STR("a@b.example"),
        .to_name = STR("M\xC3\xBCller\r\nBcc: x@y.example"),
        .to = STR("c@d.example"),
        .title = STR("Factuur \xE2\x82\xAC 5\r\nX-Evil: yes"),
        .text = STR("Eerste\n.\n..twee =_ \xC3\xA9\nFrom mij\n"),
        .message_id = STR("1.2@b.example"),
        .dated_at = instant_of_day((struct date){ 20250301 }),
    };
    struct text noise = text_new(arena);
    struct rng rng = rng_new(5);
    for (int i = 0; i < 100000; i++) text_add_char(&noise, (char)rng_between(&rng, 0, 255));
    struct str plain = mail_make(arena, &mail);
    *LIST_ADD(arena, &mail.files) = (struct mail_file){ STR("b\xC3\xA9 \"x\".pdf"), STR("application/pdf"), text_str(&noise) };
    *LIST_ADD(arena, &mail.files) = (struct mail_file){ STR("leeg.xml"), STR("onzin"), STR("<a/>\n") };
    struct str bytes = mail_make(arena, &mail), again = mail_make(arena, &mail);
    expect(str_equal(bytes, again));
    expect_int(-1, str_find(bytes, "\nX-Evil"));
    expect_int(-1, str_find(bytes, "\nBcc"));
    for (size_t i = 0; i < bytes.length; i++) {
        expect((unsigned char)bytes.at[i] < 0x80);
        expect(bytes.at[i] != '\n' || bytes.at[i - 1] == '\r');
    }
    expect(str_find(bytes, "iso-8859") < 0);
    struct arrived a = parse(arena, bytes);
    expect_str("Factuur \xE2\x82\xAC 5  X-Evil: yes", a.title);
    expect_str("1.2@b.example", a.message_id);
    expect(str_find(a.from, "a@b.example") > 0);
    expect_int(2, a.file_count);
    expect_str("b\xC3\xA9 \"x\".pdf", a.files[0].name);
    expect_str("application/pdf", a.files[0].media_type);
    expect_str("application/octet-stream", a.files[1].media_type);
    expect(str_equal(a.files[0].content, text_str(&noise)));
    expect(str_find(a.text, "..twee =_ \xC3\xA9") > 0);
    expect_int(0, parse(arena, plain).file_count);
}

TEST(mail_wants_tls_away_from_home)
{
    struct mail_settings s = { .url = STR("smtp://mail.example"), .from = STR("a@b.example") };
    bool for_good;
    expect_done(mail_settings_check(arena, &s));
    s.url = STR("http://mail.example");
    (void)expect_refused(&mail_not_set_up, mail_settings_check(arena, &s));
    s.url = STR("smtps://mail.example"), s.from = STR("b.example");
    (void)expect_refused(&mail_not_set_up, mail_settings_check(arena, &s));
    s.from = STR("a@b.example"), s.url = STR("smtp://127.0.0.1:1"), s.connect_timeout_ms = 500;
    (void)expect_refused(&mail_unreachable, mail_send(arena, &s, STR("c@d.example"), STR("x\r\n"), &for_good));
    expect(!for_good);
    (void)expect_refused(&message_no_address, mail_send(arena, &s, STR("c@d.example, e@f.example"), STR("x\r\n"), &for_good));
    expect(for_good);
}

TEST(mail_signs_in)
{
    struct server server;
    bool for_good;
    server_begin(&server);
    server.needs = "AHVzZXIAcGFzcw=="; /* \0user\0pass */
    struct mail_settings s = settings_of(arena, &server);
    s.user = STR("user"), s.password = STR("wrong");
    (void)expect_refused(&mail_unreachable, mail_send(arena, &s, STR("c@d.example"), STR("x\r\n"), &for_good));
    expect(!for_good); /* a password can be mended; the message is none the worse */
    s.password = STR("pass");
    expect_done(mail_send(arena, &s, STR("c@d.example"), STR("Subject: x\r\n\r\n.\r\n..\r\nend\r\n"), &for_good));
    expect_int(1, server.count);
    expect_str("Subject: x\r\n\r\n.\r\n..\r\nend\r\n", str_of(server.messages[0]));
    expect(strstr(server.senders[0], "<facturen@test.example>") != NULL);
    server_end(&server);
}

/* ---- From an invoice to its arrival ---- */

static struct invoice given_invoice(struct work *work, enum invoice_delivery delivery)
{
    struct party p = { .name = STR("Bakkerij De Zon"),
                       .is_customer = true,
                       .delivery = delivery,
                       .street = STR("Zonlaan 2"),
                       .postal_code = STR("3511 AB"),
                       .city = STR("Utrecht"),
                       .customer_terms_days = 14,
                       .email = STR("crediteuren@dezon.example") };
    struct invoice_data data = { 0 };
    struct invoice draft, invoice;
    p = given_party(work, p);
    data.party_id = p.id;
    *LIST_ADD(work->arena, &data.lines) =
        (struct invoice_line_data){ .description = STR("Dienst"), .price = DECIMAL(10000, 2), .vat_code = STR("21") };
    expect_done(invoice_draft(work, &data, &draft));
    expect_done(invoice_finalise(work, draft.id, 1, &invoice));
    return invoice;
}

static enum outbox_state state_of(struct work *work, invoice_id id)
{
    struct invoice invoice = { 0 };
    test_begin(work);
    expect_done(invoice_load(work, id, &invoice));
    db_rollback(work);
    return invoice.sent;
}

static void send_all(struct work *work, const struct mail_settings *settings)
{
    int64_t company = work->company_id, sent, failed;
    do expect_done(mail_send_due(work, test_books(), settings, 50, &sent, &failed));
    while (sent + failed == 50);
    work->company_id = company;
}

static int find(struct arena *arena, const struct server *server, struct str message_id)
{
    for (int i = 0; i < server->count; i++)
        if (str_equal(parse(arena, str_of(server->messages[i])).message_id, message_id)) return i;
    return -1;
}

DB_TEST(mail_of_an_invoice_arrives)
{
    struct server server;
    struct message message, bounced = { 0 };
    struct str pdf = { 0 }, ubl = { 0 };
    struct documents documents = { 0 };
    server_begin(&server);
    struct mail_settings settings = settings_of(work->arena, &server);
    test_begin(work);
    struct invoice invoice = given_invoice(work, DELIVER_MAIL_UBL);
    expect_done(invoice_send(work, invoice.id, 0, (struct str){ 0 }, &message));
    expect_done(archive_of(work, "invoice", invoice.id.n, &documents));
    for (size_t i = 0; i < documents.count; i++) {
        if (str_is(documents.at[i].file_name, "2025-00001.pdf")) expect_done(archive_content(work, documents.at[i].id, &pdf));
        if (str_is(documents.at[i].file_name, "2025-00001.xml")) expect_done(archive_content(work, documents.at[i].id, &ubl));
    }
    test_commit(work);
    expect_int(OUTBOX_QUEUED, state_of(work, invoice.id));
    send_all(work, &settings);
    expect_int(OUTBOX_HANDED_OVER, state_of(work, invoice.id));
    int at = find(work->arena, &server, mail_message_id(work->arena, &settings, work->company_id, message.id));
    expect(at >= 0);
    struct arrived a = parse(work->arena, str_of(server.messages[at]));
    expect_str("Factuur 2025-00001 van Test BV", a.title);
    expect(str_find(a.to, "crediteuren@dezon.example") > 0);
    expect(str_find(a.text, "€\xC2\xA0""121,00") > 0);
    expect(str_find(a.text, "\r\n\r\nMet vriendelijke groet,\r\nTest BV") > 0 ||
           str_find(a.text, "\n\nMet vriendelijke groet,\nTest BV") > 0);
    expect_int(2, a.file_count);
    expect(pdf.length && ubl.length);
    expect(str_equal(a.files[0].content, pdf));
    expect(str_equal(a.files[1].content, ubl));
    expect_str("2025-00001.xml", a.files[1].name);
    int before = server.count;
    send_all(work, &settings);
    expect_int(before, server.count); /* what was handed over is not sent again */
    test_begin(work);
    bool known;
    expect_done(outbox_news(work, "mail", mail_message_id(work->arena, &settings, work->company_id, message.id),
                            OUTBOX_BOUNCED, STR("no such user"), &known));
    expect(known);
    struct messages messages = { 0 };
    expect_done(messages_of(work, "invoice", invoice.id.n, &messages));
    bounced = messages.at[0];
    expect_int(OUTBOX_BOUNCED, bounced.state);
    expect_str("no such user", bounced.last_error);
    test_commit(work);
    expect_int(OUTBOX_BOUNCED, state_of(work, invoice.id));
    server_end(&server);
}

DB_TEST(mail_is_tried_again_and_then_given_up)
{
    struct server server;
    struct message message;
    server_begin(&server);
    struct mail_settings settings = settings_of(work->arena, &server), away = settings;
    away.url = STR("smtp://127.0.0.1:1");
    test_begin(work);
    struct invoice invoice = given_invoice(work, DELIVER_MAIL_PDF);
    expect_done(invoice_send(work, invoice.id, 0, (struct str){ 0 }, &message));
    test_commit(work);
    send_all(work, &away);
    expect_int(OUTBOX_QUEUED, state_of(work, invoice.id));
    int before = server.count;
    send_all(work, &settings); /* not yet due again */
    expect_int(before, server.count);
    work->now.us += INT64_C(61) * 1000000;
    server_answers(&server, "451 try later\r\n");
    send_all(work, &settings);
    expect_int(OUTBOX_QUEUED, state_of(work, invoice.id));
    for (int i = 0; i < 8; i++) {
        work->now.us += DAY_US;
        send_all(work, &settings);
    }
    expect_int(OUTBOX_FAILED, state_of(work, invoice.id)); /* ten attempts */
    test_begin(work);
    struct messages messages = { 0 };
    expect_done(messages_of(work, "invoice", invoice.id.n, &messages));
    expect_int(10, messages.at[0].attempts);
    expect(str_find(messages.at[0].last_error, "451 try later") > 0);
    expect_done(outbox_tell(work, message.id, OUTBOX_RETRY, (struct str){ 0 }));
    test_commit(work);
    server_answers(&server, "550 no such mailbox\r\n");
    work->now.us += DAY_US;
    send_all(work, &settings);
    expect_int(OUTBOX_FAILED, state_of(work, invoice.id)); /* at once */
    test_begin(work);
    expect_done(invoice_send(work, invoice.id, DELIVER_MAIL_HYBRID, STR("ander@dezon.example"), &message)); /* again: a new message, the same document */
    test_commit(work);
    server_answers(&server, NULL);
    send_all(work, &settings);
    expect_int(OUTBOX_HANDED_OVER, state_of(work, invoice.id));
    expect(find(work->arena, &server, mail_message_id(work->arena, &settings, work->company_id, message.id)) >= 0);
    server_end(&server);
}

DB_TEST(mail_of_others_documents_is_not_sent)
{
    struct server server;
    struct message message;
    server_begin(&server);
    struct mail_settings settings = settings_of(work->arena, &server);
    struct message_new new = { .channel = MESSAGE_MAIL,
                               .subject_kind = STR("test"),
                               .subject_id = 1,
                               .body = { .to = STR("a@b.example"), .title = STR("x") } };
    *LIST_ADD(work->arena, &new.body.attachments) = (struct message_attachment){ 4711 }; /* of nobody here */
    test_begin(work);
    expect_done(message_add(work, &new, &message));
    test_commit(work);
    send_all(work, &settings);
    test_begin(work);
    struct messages messages = { 0 };
    expect_done(messages_of(work, "test", 1, &messages));
    expect_int(OUTBOX_FAILED, messages.at[0].state);
    db_rollback(work);
    expect_int(-1, find(work->arena, &server, mail_message_id(work->arena, &settings, work->company_id, message.id)));
    server_end(&server);
}
