/* The members of files of payment orders and of what banks answer to them, in the order of sepa.h. */
#include "app/app_shape.h"
#include "sepa/sepa.h"

extern const struct shape or_order_shape, or_group_shape, sr_reason_shape, sr_reasons_shape, sr_transaction_shape,
    sr_group_shape;

#define T struct order
SHAPE(T, or_order, -1, M(T, end_to_end_id, SHAPE_TEXT), M(T, instruction_id, SHAPE_TEXT), M(T, amount, SHAPE_DECIMAL),
      M(T, currency, SHAPE_TEXT), M(T, name, SHAPE_TEXT), M(T, account, SHAPE_TEXT), M(T, bic, SHAPE_TEXT),
      M(T, ultimate, SHAPE_TEXT), M(T, mandate_id, SHAPE_TEXT), M(T, mandate_on, SHAPE_DATE),
      M(T, service_level, SHAPE_TEXT), M(T, local_instrument, SHAPE_TEXT), M(T, purpose, SHAPE_TEXT),
      M(T, remittance, SHAPE_TEXT), M(T, reference, SHAPE_TEXT));
#undef T
#define T struct order_group
SHAPE(T, or_group, -1, M(T, id, SHAPE_TEXT), M(T, method, SHAPE_TEXT), M(T, service_level, SHAPE_TEXT),
      M(T, local_instrument, SHAPE_TEXT), M(T, sequence, SHAPE_TEXT), M(T, charges, SHAPE_TEXT),
      M(T, requested_on, SHAPE_DATE), M(T, name, SHAPE_TEXT), M(T, account, SHAPE_TEXT), M(T, bic, SHAPE_TEXT),
      M(T, creditor_id, SHAPE_TEXT), M(T, declared_count, SHAPE_DECIMAL), M(T, declared_sum, SHAPE_DECIMAL),
      G(T, orders, SHAPE_LIST, or_order));
#undef T
#define T struct order_file
SHAPE(T, order_file, -1, M(T, kind, SHAPE_TEXT), M(T, message_id, SHAPE_TEXT), M(T, created_at, SHAPE_TEXT),
      M(T, initiator, SHAPE_TEXT), M(T, declared_count, SHAPE_DECIMAL), M(T, declared_sum, SHAPE_DECIMAL),
      G(T, groups, SHAPE_LIST, or_group));
#undef T

static const char *status_word(unsigned status)
{
    static const char *const words[] = { NULL,        "accepted",     "settled",    "pending",      "partial",      "rejected",
                                         "cancelled", "name_matches", "name_close", "name_differs", "name_unknown", "names_mixed",
                                         "other" };
    return status < ARRAY_LENGTH(words) ? words[status] : NULL;
}

#define T struct status_reason
SHAPE(T, sr_reason, -1, M(T, code, SHAPE_TEXT), M(T, text, SHAPE_TEXT), M(T, proprietary, SHAPE_BOOL),
      M(T, originator, SHAPE_TEXT));
#undef T
#define REASONS(T)                                                                                                      \
    {                                                                                                                   \
        .name = "reasons", .kind = SHAPE_LIST, .at = offsetof(T, reasons) + offsetof(struct status_reasons, list),      \
        .shape = &sr_reason_shape                                                                                       \
    }
#define T struct status_transaction
SHAPE(T, sr_transaction, -1, M(T, original_end_to_end_id, SHAPE_TEXT), M(T, original_instruction_id, SHAPE_TEXT),
      M(T, status_code, SHAPE_TEXT), WORD(T, status, status_word), REASONS(T), M(T, amount, SHAPE_DECIMAL),
      M(T, currency, SHAPE_TEXT), M(T, counter_iban, SHAPE_TEXT), M(T, counter_name, SHAPE_TEXT),
      M(T, bank_reference, SHAPE_TEXT), M(T, mandate_id, SHAPE_TEXT), M(T, requested_on, SHAPE_DATE));
#undef T
#define T struct status_group
SHAPE(T, sr_group, -1, M(T, original_group_id, SHAPE_TEXT), M(T, status_code, SHAPE_TEXT), WORD(T, status, status_word),
      REASONS(T), M(T, original_count, SHAPE_INT64), M(T, original_sum, SHAPE_DECIMAL));
#undef T
#define T struct status_report
SHAPE(T, status_report, -1, M(T, message_id, SHAPE_TEXT), M(T, created_at, SHAPE_TEXT),
      M(T, original_message_id, SHAPE_TEXT), M(T, original_message_kind, SHAPE_TEXT), M(T, status_code, SHAPE_TEXT),
      WORD(T, status, status_word), REASONS(T), M(T, original_count, SHAPE_INT64), M(T, original_sum, SHAPE_DECIMAL),
      G(T, groups, SHAPE_LIST, sr_group), G(T, transactions, SHAPE_LIST, sr_transaction));
#undef T
