/* Rules: how much each piece of evidence counts when nothing has been learned, in thousandths of a logit. */
#include "cash/engine_private.h"

static int payer_score(const float *f)
{
    int score = 0;
    if (f[F_ON_FILE] > 0) score += 2500;
    else if (f[F_BY_IBAN] > 0) score += 1600 + (int)(400 * f[F_IBAN_COUNT]);
    if (f[F_NAME] >= 95) score += 1800;
    else if (f[F_NAME] >= 80) score += 1300;
    else if (f[F_NAME] >= 60) score += 500;
    if (f[F_ULTIMATE] > 0) score += 1200;
    if (f[F_DEBTOR] > 0) score += 1000;
    if (f[F_FAMILY] > 0 && f[F_BY_IBAN] <= 0) score += 500;
    if (f[F_BY_IBAN] <= 0 && f[F_PAYERS_BY_IBAN] > 0 && f[F_FAMILY] <= 0) score -= 1500; /* the account is somebody else's */
    return score > 4000 ? 4000 : score;
}

static int difference_score(const struct cash_candidate *c, const float *f)
{
    if (c->exchanged) return -500; /* at some rate */
    if (!c->difference_count) return 3000;
    bool words = f[F_WORD_DEDUCTION] > 0;
    int second = c->difference_count > 1 ? -700 : 0;
    int odd = (int)(4000 * (f[F_DIFFERENCE_SHARE] < 0 ? -f[F_DIFFERENCE_SHARE] : f[F_DIFFERENCE_SHARE]));
    switch (c->differences[0].kind) {
    case CASH_DISCOUNT: return 2500 + second;
    case CASH_DISCOUNT_LATE: return 1500 + second;
    case CASH_ROUNDING: return 1000;
    case CASH_CHARGE: return 900;
    case CASH_DEDUCTION: return f[F_DEDUCTION_HABIT] > 0 ? 1800 : words ? 500 : -200;
    case CASH_TYPO: return -800;
    case CASH_NET_OF_VAT: return -600;
    case CASH_CONTRA: return 200;
    case CASH_INSTALMENT: return f[F_WORD_INSTALMENT] > 0 || f[F_WORD_RUNNING] > 0 || f[F_HABIT_RUNNING] > 0.3f ? 800 : -500;
    case CASH_SHORT: return (words ? 200 : -700) - (odd > 4000 ? 4000 : odd) / (c->count > 1 ? 1 : 4);
    case CASH_OVER: return -900 - (odd > 4000 ? 4000 : odd);
    case CASH_PROVIDER_FEE: default: return 0;
    }
}

static int set_score(const struct cash_candidate *c, const float *f)
{
    int score = 0;
    if (f[F_NAMED] > 0) {
        score += (int)(45 * f[F_BEST_QUALITY] * f[F_NAMED_SHARE]) + (int)(10 * f[F_LEAST_QUALITY]);
        score -= (int)(600 * f[F_SKIPPED]);
        score -= (int)(900 * f[F_UNNAMED] - (f[F_CREDITS] > 0 ? 600 : 0));
    } else {
        if (f[F_SIZE] <= 1) score += 1200 + (f[F_MONTH] > 0 ? 700 : 0);
        else if (f[F_PREFIX] > 0) score += 1500;
        else if (f[F_PREFIX_ISSUE] <= 0) score += 1300;
        else if (c->origin & FROM_DROP) score += 300;
        else if (c->origin & FROM_WINDOW) score += 200;
        else score -= 300 + (int)(150 * f[F_SIZE]);
        score -= (int)(300 * (f[F_LEFT_OUT] > 6 ? 6 : f[F_LEFT_OUT])) / (f[F_SIZE] <= 1 ? 3 : 1);
        if (f[F_OTHER_SETS] > 0) score -= (int)(500 * f[F_OTHER_SETS]);
        score -= (int)(600 * (f[F_UNEXPLAINED] > 2 ? 2 : f[F_UNEXPLAINED]));
        score -= (int)(500 * (f[F_OLDEST_EQUAL] > 4 ? 4 : f[F_OLDEST_EQUAL]));
        if (f[F_CREDITS_LEFT] > 0 && f[F_SIZE] > 1 && f[F_CREDITS] <= 0) score -= 300;
        if (f[F_COLLECT] > 0) score -= 800;
        if (f[F_PARTIES] > 0) score -= 600;
    }
    score -= (int)(3500 * f[F_MISSED_STRONG]) + (int)(700 * f[F_MISSED_WEAK]) + (int)(2500 * f[F_PAID_NAMED]) +
             (int)(700 * f[F_ELSEWHERE]);
    if (f[F_SINCE_ISSUE] < 1) score -= 500;
    if (f[F_WORD_ACCOUNT] > 0 && f[F_NAMED] <= 0) score -= 1500;
    return score;
}

void cash_rule_score(struct cash_matching *m, struct cash_candidate *c)
{
    const float *f = c->features;
    int score = 0;
    switch (c->category) {
    case CASH_MATCH: score = -1500 + payer_score(f) + difference_score(c, f) + set_score(c, f); break;
    case CASH_REFUND:
        score = 1500 + payer_score(f) + difference_score(c, f) + set_score(c, f) + (f[F_WORD_REFUND] > 0 ? 1500 : 0);
        break;
    case CASH_DUPLICATE: score = m->repeat ? 3000 - (int)(20 * f[F_REPEAT]) + (m->paid_named ? 3500 : 0) : 1500; break;
    case CASH_ON_ACCOUNT:
        score = f[F_WORD_ACCOUNT] > 0 ? 4500 : -500;
        if (score < 0 && m->no_set && (f[F_ON_FILE] > 0 || f[F_BY_IBAN] > 0 || f[F_NAME] >= 95)) score = 900; /* rather than unrelated */
        break;
    case CASH_PROVIDER: case CASH_DEBIT_BATCH: score = c->complete ? 14000 : 2500; break;
    case CASH_REVERSAL: score = c->complete ? 14000 : 9000; break; /* said to come back: rather than unrelated */
    case CASH_UNRELATED: case CASH_UNKNOWN: default: {
        bool known = false;
        for (size_t i = 0; i < m->payer_count; i++) known |= m->payers[i].by_iban || m->payers[i].name_likeness >= 80;
        score = 500 + (known ? 0 : 1500) + (f[F_WORD_OTHER] > 0 ? 5000 : 0) + (f[F_WORD_REFUND] > 0 && m->amount > 0 ? 1500 : 0) +
                (f[F_ACCOUNT_OTHER] > 0.5f ? 5000 : 0);
        if (m->amount < 0) score += 6000;
        if (str_starts(m->line->family, "INTR") || str_starts(m->line->family, "MCOP")) score += 5000;
    }
    }
    c->rule_score = score;
    c->features[F_RULES] = (float)score / 1000;
}
