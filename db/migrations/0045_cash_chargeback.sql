-- Why a provider took a payment back (a chargeback in its settlement), in its own words or by a code of the banks.
alter table cash_batch_part add column reason text;
