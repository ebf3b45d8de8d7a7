#include "outbox/message.h"
#include "payment/payment_private.h"

/* What a payment is for, in the payee's language: Dutch to who reads Dutch, English to all others. */

static struct str money(struct arena *arena, int64_t minor, struct str currency)
{
    return str_format(arena, "%.*s %.*s", STR_ARG(currency), STR_ARG(minor_format(arena, minor, currency_digits(currency))));
}

static struct str say(struct work *work, enum language language, const char *english, const struct param *params, size_t count)
{
    struct param said[8];
    ensure(count <= ARRAY_LENGTH(said));
    for (size_t i = 0; i < count; i++)
        said[i] = (struct param){ params[i].name, text_say(work->arena, language, params[i].text) };
    return text_fill(work->arena, translate(language, english), said, count);
}
#define T(text_) text_
#define SAY(english, ...)                                               \
    say(work, language, english, (const struct param[]){ __VA_ARGS__ }, \
        ARRAY_LENGTH(((const struct param[]){ __VA_ARGS__ })))

static struct str advice_text(struct work *work, enum language language, const struct payment_run *run,
                              const struct run_payment *p, const struct run_part *parts, size_t count)
{
    struct text text = text_new(work->arena);
    text_add(&text, SAY(T("On {day} we pay {amount} to account {iban}, for:"),
                        PARAM("day", date_text(work->arena, run->execution_on)),
                        PARAM("amount", money(work->arena, p->amount_minor, p->currency)),
                        PARAM("iban", iban_format(work->arena, p->iban))));
    text_addz(&text, "\n\n");
    for (size_t i = 0; i < count && i < 1000; i++) {
        text_addf(&text, "  %.*s   %.*s", STR_ARG(parts[i].item_reference),
                  STR_ARG(text_say(work->arena, language, money(work->arena, parts[i].amount_minor, p->currency))));
        if (parts[i].discount_minor)
            text_addf(&text, " (%.*s)",
                      STR_ARG(SAY(T("discount {amount}"),
                                  PARAM("amount", money(work->arena, parts[i].discount_minor, p->currency)))));
        text_addz(&text, "\n");
    }
    if (count > 1000) text_addf(&text, "  … +%zu\n", count - 1000);
    text_addz(&text, "\n");
    text_add(&text, SAY(T("The payment's reference is {reference}."), PARAM("reference", p->end_to_end_id)));
    text_addz(&text, "\n");
    return text_str(&text);
}

static struct fault *advise_one(struct work *work, const struct company *company, const struct payment_run *run,
                                const struct run_payment *p, const struct run_part *parts, size_t count)
{
    struct party party = { 0 };
    struct str email = { 0 };
    struct message message = { 0 };
    TRY(party_load(work, p->party_id, &party));
    TRY(party_email_for(work, p->party_id, "billing", &email));
    if (!mail_address_is_valid(email)) return NULL; /* no address: the bank's text must do */
    enum language language = str_is(party.language, "nl") ? DUTCH : ENGLISH;
    const struct message_new advice = {
        .channel = MESSAGE_MAIL,
        .party_id = p->party_id.n,
        .subject_kind = STR("payment"),
        .subject_id = p->id.n,
        .body = { .to = email,
                  .to_name = str_utf8_clip(party.name, 200),
                  .title = SAY(T("Payment of {amount} by {company}"),
                               PARAM("amount", money(work->arena, p->amount_minor, p->currency)),
                               PARAM("company", company->name)),
                  .text = advice_text(work, language, run, p, parts, count) },
    };
    return message_add(work, &advice, &message);
}

struct fault *payment_advise(struct work *work, const struct run_content *content)
{
    struct company company = { 0 };
    size_t from = 0;
    TRY(access_company_load(work, &company));
    for (size_t i = 0; i < content->payments.count; i++) {
        const struct run_payment *p = &content->payments.at[i];
        size_t to = from;
        while (to < content->parts.count && content->parts.at[to].payment_id.n == p->id.n) to++;
        if (p->state == PAID_RELEASED || p->state == PAID_ACCEPTED)
            TRY(advise_one(work, &company, &content->run, p, content->parts.at + from, to - from));
        from = to;
    }
    return NULL;
}
