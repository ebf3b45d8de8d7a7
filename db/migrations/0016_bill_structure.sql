-- Room bill: what the XML Schema of the document would refuse (order, how often, data types) is a kind of problem of its own beside the rules.
alter table bill_problem add column kind text not null default 'rule' check (kind in ('rule', 'structure'));
