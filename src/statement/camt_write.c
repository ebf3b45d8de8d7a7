/* Neutral statement → camt.053.001.02 and .08, in the order of their schemas. What the schema asks and the statement lacks is filled with
 * the nearest truth; texts are clipped to the schema's lengths. */
#include "codec/xml.h"
#include "statement/statement_private.h"

enum { DEPTH_MAX = 32 };
struct out {
    struct arena *arena;
    struct xml_writer xml;
    bool v8;
    const struct statement *statement;
    struct { size_t length; bool tag_open, inline_text; } before[DEPTH_MAX]; /* the writer as it was when an element was opened */
};

static void up(struct out *o, const char *name)
{
    ensure(o->xml.depth < DEPTH_MAX);
    o->before[o->xml.depth].length = o->xml.text.length;
    o->before[o->xml.depth].tag_open = o->xml.tag_open;
    o->before[o->xml.depth].inline_text = o->xml.inline_text;
    xml_open(&o->xml, name);
}

/* An element that turned out to hold nothing was never there. */
static void down(struct out *o)
{
    if (!o->xml.tag_open) return xml_close(&o->xml);
    o->xml.depth--;
    o->xml.text.length = o->before[o->xml.depth].length;
    o->xml.tag_open = o->before[o->xml.depth].tag_open;
    o->xml.inline_text = o->before[o->xml.depth].inline_text;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

static void leaf(struct out *o, const char *name, struct str text, size_t most)
{
    xml_leaf(&o->xml, name, str_utf8_clip(text, most));
}

static struct str money_text(struct out *o, int64_t minor, struct str currency)
{
    int digits = currency_digits(currency);
    return minor_format(o->arena, minor < 0 ? -minor : minor, digits < 0 ? 2 : digits);
}

static void money(struct out *o, const char *name, int64_t minor, struct str currency)
{
    up(o, name);
    xml_attribute(&o->xml, "Ccy", currency.length == 3 ? currency : STR("XXX"));
    xml_text(&o->xml, money_text(o, minor, currency));
    down(o);
}

static void sign(struct out *o, int64_t minor)
{
    xml_leaf(&o->xml, "CdtDbtInd", minor < 0 ? STR("DBIT") : STR("CRDT"));
}

static void day(struct out *o, const char *name, struct date on, struct instant at)
{
    char text[28];
    if (!on.ymd) return;
    if (at.us) instant_format(at, text);
    bool timed = at.us && str_equal(str_part(str_of(text), 0, 10), date_text(o->arena, on));
    up(o, name);
    xml_leaf(&o->xml, timed ? "DtTm" : "Dt", timed ? str_of(text) : date_text(o->arena, on));
    down(o);
}

static void moment(struct out *o, const char *name, struct instant at)
{
    char text[28];
    if (!at.us) return;
    instant_format(at, text);
    xml_leaf(&o->xml, name, str_keep(o->arena, str_of(text)));
}

static void number(struct out *o, const char *name, int64_t n)
{
    if (n >= 0) xml_leaf(&o->xml, name, str_from_int(o->arena, n));
}

static bool is_bic(struct str s)
{
    if (s.length != 8 && s.length != 11) return false;
    for (size_t i = 0; i < s.length; i++)
        if (!is_upper(s.at[i]) && (i < 6 || !is_digit(s.at[i]))) return false;
    return s.at[6] != '0' && s.at[6] != '1' && s.at[7] != 'O';
}

static bool is_iban_form(struct str s)
{
    bool form = s.length >= 5 && s.length <= 34 && is_upper(s.at[0]) && is_upper(s.at[1]) && is_digit(s.at[2]) &&
                is_digit(s.at[3]);
    for (size_t i = 4; form && i < s.length; i++) form = is_upper(s.at[i]) || is_digit(s.at[i]);
    return form;
}

static void account_id(struct out *o, struct str account)
{
    up(o, "Id");
    if (is_iban_form(account)) leaf(o, "IBAN", account, 34);
    else {
        up(o, "Othr");
        leaf(o, "Id", account.length ? account : STR("UNKNOWN"), 34);
        down(o);
    }
    down(o);
}

/* ---- Parties ---- */

static void address(struct out *o, const struct statement_address *a)
{
    bool any = a && (a->street.length || a->number.length || a->post_code.length || a->town.length || a->subdivision.length ||
                     a->country.length || a->line_count);
    if (!any) return;
    up(o, "PstlAdr");
    leaf(o, "StrtNm", a->street, 70);
    leaf(o, "BldgNb", a->number, 16);
    leaf(o, "PstCd", a->post_code, 16);
    leaf(o, "TwnNm", a->town, 35);
    leaf(o, "CtrySubDvsn", a->subdivision, 35);
    if (a->country.length == 2 && is_upper(a->country.at[0]) && is_upper(a->country.at[1])) leaf(o, "Ctry", a->country, 2);
    for (size_t i = 0; i < a->line_count && i < 7; i++) leaf(o, "AdrLine", a->lines[i], 70);
    down(o);
}

static void other_id(struct out *o, struct str id, struct str scheme, struct str issuer)
{
    up(o, "Othr");
    leaf(o, "Id", id, 35);
    if (scheme.length) {
        up(o, "SchmeNm");
        leaf(o, "Prtry", scheme, 35);
        down(o);
    }
    leaf(o, "Issr", issuer, 35);
    down(o);
}

static void party_ids(struct out *o, const struct statement_party *p, struct str creditor_id)
{
    bool any = creditor_id.length > 0, person = any, bic_written = false;
    for (size_t i = 0; p && i < p->id_count; i++) any |= p->ids[i].id.length > 0;
    if (!any) return;
    up(o, "Id");
    up(o, person ? "PrvtId" : "OrgId");
    for (size_t i = 0; !person && i < p->id_count && !bic_written; i++) {
        bic_written = str_is(p->ids[i].scheme, "BIC") && is_bic(p->ids[i].id);
        if (bic_written) leaf(o, o->v8 ? "AnyBIC" : "BICOrBEI", p->ids[i].id, 11);
    }
    if (creditor_id.length) other_id(o, creditor_id, STR("SEPA"), (struct str){ 0 });
    for (size_t i = 0; p && i < p->id_count; i++) {
        const struct statement_id *one = &p->ids[i];
        bool done = (str_is(one->scheme, "BIC") && bic_written) || str_equal(one->id, creditor_id);
        if (!done && one->id.length) other_id(o, one->id, one->scheme, one->issuer);
    }
    down(o);
    down(o);
}

static void party(struct out *o, const char *name, const struct statement_party *p, struct str creditor_id, bool wrapped)
{
    bool any = creditor_id.length || (p && (p->name.length || p->address || p->id_count || p->residence.length));
    if (!any) return;
    up(o, name);
    if (wrapped) up(o, "Pty");
    if (p) leaf(o, "Nm", p->name, 140), address(o, p->address);
    party_ids(o, p, creditor_id);
    if (p) leaf(o, "CtryOfRes", p->residence, 2);
    if (wrapped) down(o);
    down(o);
}

static void party_account(struct out *o, const char *name, const struct statement_party *p)
{
    if (!p || !p->account.length) return;
    up(o, name);
    account_id(o, p->account);
    if (p->account_currency.length == 3) leaf(o, "Ccy", p->account_currency, 3);
    leaf(o, "Nm", p->account_name, 70);
    down(o);
}

static bool has_agent(const struct statement_party *p)
{
    return p && (is_bic(p->bic) || p->agent_name.length || p->agent_member.length);
}

static void agent(struct out *o, const char *name, const struct statement_party *p)
{
    if (!has_agent(p)) return;
    up(o, name);
    up(o, "FinInstnId");
    if (is_bic(p->bic)) leaf(o, o->v8 ? "BICFI" : "BIC", p->bic, 11);
    if (p->agent_member.length) {
        up(o, "ClrSysMmbId");
        leaf(o, "MmbId", p->agent_member, 35);
        down(o);
    }
    leaf(o, "Nm", p->agent_name, 140);
    down(o);
    down(o);
}

/* ---- Details ---- */

static void code(struct out *o, const struct statement_code *c, int64_t minor, bool required)
{
    if (!required && !c->domain.length && !c->proprietary.length) return;
    bool neither = !c->domain.length && !c->proprietary.length;
    up(o, "BkTxCd");
    if (c->domain.length || neither) {
        up(o, "Domn");
        leaf(o, "Cd", neither ? STR("PMNT") : c->domain, 4);
        up(o, "Fmly");
        leaf(o, "Cd", c->family.length ? c->family : minor < 0 ? STR("ICDT") : STR("RCDT"), 4);
        leaf(o, "SubFmlyCd", c->subfamily.length ? c->subfamily : STR("OTHR"), 4);
        down(o);
        down(o);
    }
    if (c->proprietary.length) {
        up(o, "Prtry");
        leaf(o, "Cd", c->proprietary, 35);
        leaf(o, "Issr", c->issuer, 35);
        down(o);
    }
    down(o);
}

static void charge(struct out *o, const struct statement_charge *c)
{
    if (o->v8) up(o, "Rcrd");
    money(o, "Amt", c->amount_minor, c->currency);
    sign(o, c->amount_minor);
    if (o->v8) xml_leaf(&o->xml, "ChrgInclInd", c->included ? STR("true") : STR("false"));
    if (c->type.length) {
        up(o, "Tp");
        up(o, "Prtry");
        leaf(o, "Id", c->type, 35);
        down(o);
        down(o);
    }
    bool bearer = str_is(c->bearer, "DEBT") || str_is(c->bearer, "CRED") || str_is(c->bearer, "SHAR") ||
                  str_is(c->bearer, "SLEV");
    if (bearer) leaf(o, "Br", c->bearer, 4);
    if (o->v8) down(o);
}

static void charges(struct out *o, const struct statement_charge *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!o->v8 || i == 0) up(o, "Chrgs");
        charge(o, &list[i]);
        if (!o->v8 || i + 1 == count) down(o);
    }
}

static void references(struct out *o, const struct statement_payment *p)
{
    const struct {
        const char *name;
        struct str value;
        bool v8_only;
    } all[] = {
        { "MsgId", p->message_id, false },
        { "AcctSvcrRef", p->servicer_reference, false },
        { "PmtInfId", p->batch_id, false },
        { "InstrId", p->instruction_id, false },
        { "EndToEndId", p->end_to_end_id, false },
        { "UETR", p->uetr, true },
        { "TxId", p->transaction_id, false },
        { "MndtId", p->mandate_id, false },
        { "ChqNb", p->cheque_number, false },
        { "ClrSysRef", p->clearing_reference, false },
        { "AcctOwnrTxId", p->owner_reference, true },
    };
    bool any = p->reference_count > 0;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) any |= all[i].value.length && (o->v8 || !all[i].v8_only);
    if (!any) return;
    up(o, "Refs");
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
        if (o->v8 || !all[i].v8_only) leaf(o, all[i].name, all[i].value, 36 - !all[i].v8_only);
    for (size_t i = 0; i < p->reference_count && i < (o->v8 ? 100 : 1); i++) { /* .02 has room for one */
        up(o, "Prtry");
        leaf(o, "Tp", p->references[i].scheme.length ? p->references[i].scheme : STR("OTHR"), 35);
        leaf(o, "Ref", p->references[i].id.length ? p->references[i].id : STR("-"), 35);
        down(o);
    }
    down(o);
}

static void amounts(struct out *o, const struct statement_payment *p)
{
    bool own = p->currency.length == 3, original = p->original_currency.length == 3;
    struct decimal rate;
    if (o->v8 && own) money(o, "Amt", p->amount_minor, p->currency), sign(o, p->amount_minor);
    if (!original && (o->v8 || !own)) return;
    up(o, "AmtDtls");
    if (original) {
        up(o, "InstdAmt");
        money(o, "Amt", p->original_minor, p->original_currency);
        if (p->rate.length && decimal_parse(p->rate, &rate)) {
            up(o, "CcyXchg");
            leaf(o, "SrcCcy", p->original_currency, 3);
            leaf(o, "XchgRate", p->rate, 12);
            down(o);
        }
        down(o);
    }
    if (own && !o->v8) {
        up(o, "TxAmt");
        money(o, "Amt", p->amount_minor, p->currency);
        down(o);
    }
    down(o);
}

static void parties(struct out *o, const struct statement_payment *p)
{
    const struct statement_party *all[] = { p->initiating,        p->debtor, p->creditor, p->ultimate_debtor,
                                            p->ultimate_creditor, p->trading };
    bool any = p->creditor_id.length > 0;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
        any |= all[i] && (all[i]->name.length || all[i]->account.length || all[i]->id_count || all[i]->address);
    struct str none = { 0 };
    if (any) {
        up(o, "RltdPties");
        party(o, "InitgPty", p->initiating, none, o->v8);
        party(o, "Dbtr", p->debtor, none, o->v8);
        party_account(o, "DbtrAcct", p->debtor);
        party(o, "UltmtDbtr", p->ultimate_debtor, none, o->v8);
        party(o, "Cdtr", p->creditor, p->creditor_id, o->v8);
        party_account(o, "CdtrAcct", p->creditor);
        party(o, "UltmtCdtr", p->ultimate_creditor, none, o->v8);
        party(o, "TradgPty", p->trading, none, o->v8);
        down(o);
    }
    if (!has_agent(p->debtor) && !has_agent(p->creditor)) return;
    up(o, "RltdAgts");
    agent(o, "DbtrAgt", p->debtor);
    agent(o, "CdtrAgt", p->creditor);
    down(o);
}

/* 140 characters a piece, broken at spaces where there are any. */
static void unstructured(struct out *o, struct str text)
{
    for (text = str_trim(text); text.length; text = str_trim(text)) {
        struct str piece = str_utf8_clip(text, 140);
        size_t end = piece.length;
        if (end < text.length && text.at[end] != ' ') {
            while (end && text.at[end - 1] != ' ') end--;
            if (!end) end = piece.length;
        }
        xml_leaf(&o->xml, "Ustrd", str_trim(str_part(text, 0, end)));
        text = str_part(text, end, text.length);
    }
}

static void remittance(struct out *o, const struct statement_payment *p)
{
    if (!p->remittance.length && !p->reference.length && !p->structured_count) return;
    up(o, "RmtInf");
    if (p->remittance_part_count > 1)
        for (size_t i = 0; i < p->remittance_part_count; i++) unstructured(o, p->remittance_parts[i]);
    else unstructured(o, p->remittance);
    if (p->reference.length) {
        up(o, "Strd");
        up(o, "CdtrRefInf");
        up(o, "Tp");
        up(o, "CdOrPrtry");
        xml_leaf(&o->xml, "Cd", STR("SCOR"));
        down(o);
        struct str issuer = p->reference_type == REMITTANCE_RF        ? STR("ISO")
                            : p->reference_type == REMITTANCE_KENMERK ? STR("CUR")
                                                                      : STR("");
        leaf(o, "Issr", p->reference_issuer.length ? p->reference_issuer : issuer, 35);
        down(o);
        leaf(o, "Ref", p->reference, 35);
        down(o);
        down(o);
    }
    for (size_t i = 0; i < p->structured_count; i++) {
        if (str_equal(p->structured[i], p->reference) || !p->structured[i].length) continue;
        up(o, "Strd");
        leaf(o, "AddtlRmtInf", p->structured[i], 140);
        down(o);
    }
    down(o);
}

static void coded(struct out *o, const char *name, struct str value)
{
    if (!value.length) return;
    up(o, name);
    if (value.length <= 4) leaf(o, "Cd", value, 4);
    else leaf(o, "Prtry", value, 35);
    down(o);
}

static void detail(struct out *o, const struct statement_line *l, const struct statement_payment *p)
{
    up(o, "TxDtls");
    references(o, p);
    amounts(o, p);
    code(o, &p->code, l->amount_minor, false);
    charges(o, p->charges, p->charge_count);
    parties(o, p);
    coded(o, "Purp", p->purpose);
    remittance(o, p);
    if (p->return_reason.length || p->return_text.length) {
        up(o, "RtrInf");
        coded(o, "Rsn", p->return_reason);
        leaf(o, "AddtlInf", p->return_text, 105);
        down(o);
    }
    leaf(o, "AddtlTxInf", p->info, 500);
    down(o);
}

static void entry(struct out *o, const struct statement_line *l)
{
    static const char *const statuses[] = { [STATUS_BOOK] = "BOOK", [STATUS_PENDING] = "PDNG", [STATUS_INFO] = "INFO" };
    up(o, "Ntry");
    leaf(o, "NtryRef", l->reference, 35);
    money(o, "Amt", l->amount_minor, l->currency);
    sign(o, l->amount_minor);
    if (l->reversal) xml_leaf(&o->xml, "RvslInd", STR("true"));
    if (o->v8) up(o, "Sts");
    xml_leaf(&o->xml, o->v8 ? "Cd" : "Sts", str_of(statuses[l->status]));
    if (o->v8) down(o);
    day(o, "BookgDt", l->booked_on, l->booked_at);
    day(o, "ValDt", l->valued_on, (struct instant){ 0 });
    leaf(o, "AcctSvcrRef", l->servicer_reference, 35);
    code(o, &l->code, l->amount_minor, true);
    charges(o, l->charges, l->charge_count);
    bool batch = l->batch_message_id.length || l->batch_id.length || l->batch_count >= 0 || l->batch_currency.length;
    if (batch || l->detail_count) {
        up(o, "NtryDtls");
        if (batch) {
            up(o, "Btch");
            leaf(o, "MsgId", l->batch_message_id, 35);
            leaf(o, "PmtInfId", l->batch_id, 35);
            number(o, "NbOfTxs", l->batch_count);
            if (l->batch_currency.length) money(o, "TtlAmt", l->batch_total_minor, l->batch_currency);
            down(o);
        }
        for (size_t i = 0; i < l->detail_count; i++) detail(o, l, &l->details[i]);
        down(o);
    }
    leaf(o, "AddtlNtryInf", l->additional, 500);
    down(o);
}

/* ---- The statement ---- */

static struct str balance_code(const struct statement_balance *b)
{
    static const char *const codes[] = { [BALANCE_OPENING] = "OPBD",           [BALANCE_CLOSING] = "CLBD",
                                         [BALANCE_OPENING_AVAILABLE] = "OPAV", [BALANCE_CLOSING_AVAILABLE] = "CLAV",
                                         [BALANCE_FORWARD_AVAILABLE] = "FWAV", [BALANCE_INTERIM] = "ITBD",
                                         [BALANCE_INTERIM_AVAILABLE] = "ITAV" };
    if (b->code.length == 4 && is_upper(b->code.at[0])) return b->code;
    if (b->interim && (b->type == BALANCE_OPENING || b->type == BALANCE_CLOSING)) return STR("ITBD");
    return b->type == BALANCE_OTHER || !b->type ? STR("INFO") : str_of(codes[b->type]);
}

static void balance(struct out *o, const struct statement_balance *b, struct date fallback)
{
    up(o, "Bal");
    up(o, "Tp");
    up(o, "CdOrPrtry");
    leaf(o, b->type == BALANCE_OTHER || !b->type ? "Prtry" : "Cd", balance_code(b), b->type == BALANCE_OTHER ? 35 : 4);
    down(o);
    down(o);
    money(o, "Amt", b->amount_minor, b->currency);
    sign(o, b->amount_minor);
    day(o, "Dt", b->on.ymd ? b->on : fallback, (struct instant){ 0 });
    down(o);
}

static void account(struct out *o)
{
    const struct statement *s = o->statement;
    const struct statement_id id = { .id = s->owner_id };
    const struct statement_party owner = { .name = s->owner, .ids = &id, .id_count = s->owner_id.length > 0 };
    up(o, "Acct");
    account_id(o, s->account);
    if (s->currency.length == 3) leaf(o, "Ccy", s->currency, 3);
    leaf(o, "Nm", s->account_name, 70);
    party(o, "Ownr", &owner, (struct str){ 0 }, false);
    if (is_bic(s->servicer_bic) || s->servicer_name.length) {
        up(o, "Svcr");
        up(o, "FinInstnId");
        if (is_bic(s->servicer_bic)) leaf(o, o->v8 ? "BICFI" : "BIC", s->servicer_bic, 11);
        leaf(o, "Nm", s->servicer_name, 140);
        down(o);
        down(o);
    }
    down(o);
}

static struct date some_day(const struct statement *s)
{
    for (size_t i = 0; i < s->balance_count; i++)
        if (s->balances[i].on.ymd) return s->balances[i].on;
    return s->line_count && s->lines[0]->valued_on.ymd ? s->lines[0]->valued_on : date_from_days(0);
}

struct str statement_write_camt053(struct arena *arena, const struct statement *s, enum camt_version version)
{
    struct out o = { arena, xml_writer_new(arena, true), version == CAMT_053_08, s };
    struct instant noon = instant_of_day(some_day(s));
    up(&o, "Document");
    xml_attribute(&o.xml, "xmlns",
                  o.v8 ? STR("urn:iso:std:iso:20022:tech:xsd:camt.053.001.08")
                       : STR("urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"));
    up(&o, "BkToCstmrStmt");
    up(&o, "GrpHdr");
    leaf(&o, "MsgId", s->message_id.length ? s->message_id : STR("NOTPROVIDED"), 35);
    moment(&o, "CreDtTm", s->message_created_at.us ? s->message_created_at : s->created_at.us ? s->created_at : noon);
    leaf(&o, "AddtlInf", s->message_info, 500);
    down(&o);
    up(&o, "Stmt");
    leaf(&o, "Id", s->id.length ? s->id : STR("NOTPROVIDED"), 35);
    if (o.v8 && s->page >= 0 && s->page <= 99999) {
        up(&o, "StmtPgntn");
        number(&o, "PgNb", s->page);
        xml_leaf(&o.xml, "LastPgInd", s->last_page ? STR("true") : STR("false"));
        down(&o);
    }
    number(&o, "ElctrncSeqNb", s->number);
    number(&o, "LglSeqNb", s->legal_number);
    moment(&o, "CreDtTm", s->created_at.us ? s->created_at : noon);
    if (s->from_at.us && s->to_at.us) {
        up(&o, "FrToDt");
        moment(&o, "FrDtTm", s->from_at);
        moment(&o, "ToDtTm", s->to_at);
        down(&o);
    }
    leaf(&o, "CpyDplctInd", s->copy, 4);
    account(&o);
    for (size_t i = 0; i < s->balance_count; i++) balance(&o, &s->balances[i], some_day(s));
    for (int64_t i = 0; i < s->line_count; i++) entry(&o, s->lines[i]);
    leaf(&o, "AddtlStmtInf", s->info, 500);
    down(&o);
    down(&o);
    down(&o);
    return xml_done(&o.xml);
}
