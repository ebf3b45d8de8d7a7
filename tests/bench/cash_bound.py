"""What the best engine there can be gets right of ../shared/bench/cash, strictly: an upper bound on what is to be expected of any engine, by count and by value.

The generator is lived once more with the same seed, by a witness (a subclass that draws the same chances) who writes down, at each choice made by
chance among open items, everything that could have been chosen and how likely each was. The bound gives the engine all the witness saw, and more than
any program can know: what the payer is like and how likely he is to leave something out, which items he looked at, all that was truly paid before,
what kind of line it is, its difference, the sum it settles, and every item whose number, digits or tail stands in the text. Only the draw itself is
kept from it. Two explanations are then told apart by nothing but their probability, and the best there is says the likelier one: it is right as
often as that is. A line counts with

    run     A payer looks at n open items and leaves each out with his own chance q, without a word about which (no numbers; a list that was cut off, from
            there on, what the number that was cut belongs to being told; between the ends of a range; the one a list forgot). A set that leaves out k of them has the chance q^k (1-q)^(n-k), so sets that
            come to the same sum and leave out as many are equally likely whoever looks: of all sets that come to the sum, the likeliest one's share.
            Invoices that are alike in everything (class Twins) stay so for the lines after it: nobody has said which of them the first one took.
    equal   A payer who says nothing pays the oldest of equal amounts 92 times in a hundred, the one he meant else; equal items of one day, when
            nothing is said of which: one in k.
    report  A pay-out whose report is missing: of all sets of open payment links that come to it, at the fees there are, the likeliest one's share
            (each was paid since the last pay-out with the chance that its age gives).

Everything else counts as 1, also where an engine can only guess (a duplicate or the next payment in the same words, contra, instalments): the bound is
generous, and an engine's luck may pass it; nobody's expectation can. Printed by cash_books.py; alone: cash_bound.py SAID.csv FOLDER…"""
import argparse, csv, datetime, decimal, fractions, functools, math, os, re, sys
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.environ.get('FLORIN_SHARED', os.path.join(here, '..', '..', '..', 'shared')), 'bench', 'cash'), here]
import cash_oracle, cashapp_gen
try: import numpy
except ImportError: numpy = None # slower, the same

UNSAID, OLDEST = ('none', 'period', 'custno'), .92
FEES = (lambda total: 35, .8), (lambda total: int(total * .018) + 25, .2)

def share_of_best(choices, target):
    """choices: of each item [(what it adds, the weight of that)]; the share of the likeliest among all combinations that come to the target."""
    unit = functools.reduce(math.gcd, [amount for c in choices for amount, _ in c], target) or 1
    target //= unit
    if numpy: return share_by_numpy([[(amount // unit, weight) for amount, weight in c] for c in choices], target)
    total, best = [0.0] * (target + 1), [0.0] * (target + 1)
    total[0] = best[0] = 1.0
    for c in choices:
        parts = [(amount // unit, weight) for amount, weight in c if 0 <= amount // unit <= target]
        next_total, next_best = None, None
        for amount, weight in parts:
            t = [0.0] * amount + [x * weight for x in (total[:target + 1 - amount] if amount else total)]
            b = [0.0] * amount + [x * weight for x in (best[:target + 1 - amount] if amount else best)]
            next_total = t if next_total is None else [x + y for x, y in zip(next_total, t)]
            next_best = b if next_best is None else list(map(max, next_best, b))
        total, best = next_total, next_best
    return min(1.0, best[target] / total[target]) if total[target] > 0 else 1.0

def share_by_numpy(choices, target):
    total, best = numpy.zeros(target + 1), numpy.zeros(target + 1)
    total[0] = best[0] = 1.0
    for c in choices:
        next_total, next_best = numpy.zeros(target + 1), numpy.zeros(target + 1)
        for amount, weight in c:
            if not 0 <= amount <= target: continue
            next_total[amount:] += total[:target + 1 - amount] * weight
            numpy.maximum(next_best[amount:], best[:target + 1 - amount] * weight, out=next_best[amount:])
        total, best = next_total, next_best
    return min(1.0, float(best[target] / total[target])) if total[target] > 0 else 1.0

class Witness(cashapp_gen.Gen):
    """Draws what Gen draws, in the same order, and writes down what there was to choose from."""
    def __init__(self, options):
        super().__init__(options)
        self.offers, self.seen, self.linked = [], {}, {}

    def due_for_run(self, c, d):
        chosen = super().due_for_run(c, d)
        late, mine = datetime.timedelta(days=int(max(-3, c['delay']))), self.byc.get(c['id'], [])
        if c['kind'] == 'run':
            looked = [v for v in mine if v['type'] == 'invoice' and v['open'] == v['total'] and v['issue'] < d and
                      (v['due'] + late <= d + datetime.timedelta(days=c['lead']) or (v['disc'] and c['disc_take'] and v['disc_until'] < d + datetime.timedelta(days=7 * c['runweeks'])))]
        else: looked = [v for v in mine if v['type'] == 'invoice' and v['open'] == v['total'] and v['issue'] < d.replace(day=1)]
        self.offers.append((c, looked, [v for v in chosen if v['type'] == 'invoice']))
        return chosen

    def pay(self, c, items, day):
        offers, self.offers = self.offers, []
        equals = [v for v in self.byc[c['id']] if v['open'] == items[0]['open'] == v['total'] and v['issue'] < day]
        entry = super().pay(c, items, day)
        if entry: self.seen[entry['key']] = (c, items, offers, equals)
        return entry

    def psp_payout(self, d, customers):
        if d.weekday() in (1, 4):
            links = [v for c in self.cust if c['kind'] == 'psp' for v in self.byc.get(c['id'], []) if v['type'] == 'invoice' and v['open'] == v['total'] and v['issue'] < d and v['total'] < 500000]
            before = len(self.entries)
            super().psp_payout(d, customers)
            if len(self.entries) > before: self.linked[self.entries[-1]['key']] = links

def named_in(entry, v):
    text = re.sub(r'[^A-Z0-9]', '', (entry['ustrd'] + entry['strd']).upper())
    tokens = set(re.findall(r'\d+', entry['ustrd']))
    return (v['digits'] in text or str(v['n']) in tokens or any(len(t) >= 3 and v['digits'].endswith(t) for t in tokens) or bool(v['po'] and v['po'] in entry['ustrd'].upper()) or
            bool(v['pref'] and v['pref'] in text))

def strange(entry, items):
    """Numbers in the text that are none of these items': typing errors, which name whatever they are nearly (generous: they may be several)."""
    return [t for t in re.findall(r'\d{4,}', entry['ustrd']) if not any(v['digits'].endswith(t) or t.endswith(str(v['n'])) for v in items)]
def nearly(t, v): return cash_oracle.one_error(t, v['digits']) or cash_oracle.one_error(t.lstrip('0'), str(v['n']))

def untold(entry, looked, chosen):
    """Of what was looked at, what the text says nothing of; None: it says something of each."""
    tags, in_order = entry['tags'], sorted(chosen, key=lambda v: v['n'])
    if 'range' in tags and in_order: return [v for v in looked if in_order[0]['n'] < v['n'] < in_order[-1]['n']]
    if 'norefs' in tags: return looked
    wrong = strange(entry, looked + chosen) if 'typo' in tags else []
    named = [v['n'] for v in chosen if named_in(entry, v) or any(nearly(t, v) for t in wrong)]
    if 'truncated' not in tags or not named or 'wrong_year' in tags: return None
    after, cut = max(named), re.findall(r'\d+', entry['ustrd'][-12:])
    if cut and len(''.join(cut)) > 5 and 'glued' not in tags and not any(named_in({'ustrd': cut[-1], 'strd': ''}, v) for v in chosen):
        after = min([v['n'] for v in chosen if v['n'] > after], default=after) # of the number that was cut something stands there: it is told which
    return [v for v in looked if v['n'] > after]

def of_run(entry, offers):
    """Each customer of the run by itself: even which of the sum is whose is told."""
    tags, share = entry['tags'], 1.0
    if tags & {'short', 'instalment', 'amount_typo', 'exvat'}: return 1.0 # what differs may tell something of what was chosen
    for c, looked, chosen in offers:
        q, free = c['drop'], untold(entry, looked, chosen)
        if q <= 0 or len(looked) < 2 or free is None: continue
        if c['disc'] and c['disc_take']: continue # the discount taken tells too
        out = [v for v in free if v not in chosen]
        share *= share_of_best([[(0, 1 - q), (v['total'], q)] for v in free], sum(v['total'] for v in out)) if out else 1.0
    return share

class Twins:
    """Invoices of one customer, day, due day, amount and discount, of which no line so far said anything: whatever is said, exchanging them changes
    nothing that anybody sees, in this line and in those before it. A payer of runs leaves each out by the same chance, so of n such invoices every k are
    as likely to be the k that this line settles: who says k of them is right once in (n over k), also when an earlier line took some of them (which, nobody
    said). Named or told left out by any line so far: no twin."""
    def __init__(self): self.met, self.told = {}, set()
    def share(self, entry, offers):
        share = 1.0
        for c, looked, chosen in offers:
            free = untold(entry, looked, chosen) or []
            open_to_doubt = {v['n'] for v in free}
            self.told |= {v['n'] for v in looked + chosen if v['n'] not in open_to_doubt}
            for v in free: self.met.setdefault((c['id'], v['issue'], v['due'], v['total'], bool(v['disc']), v['disc_until']), {})[v['n']] = v
            mine = {}
            for v in chosen:
                if v['n'] in open_to_doubt: mine.setdefault((c['id'], v['issue'], v['due'], v['total'], bool(v['disc']), v['disc_until']), []).append(v['n'])
            for key, taken in mine.items():
                twins, taken = [i for i in self.met[key] if i not in self.told], [i for i in taken if i not in self.told]
                share /= math.comb(len(twins), len(taken))
        return share

def of_single(entry, c, items, equals):
    first, text = items[0], entry['ustrd'].lower()
    if len(equals) < 2 or 'norefs' not in entry['tags'] or any(named_in(entry, v) for v in equals): return 1.0
    months = {v['issue'].month for v in equals}
    if len(months) > 1 and any(m in text for m in cashapp_gen.MONTH): return 1.0
    if c['style'] in UNSAID:
        oldest = min(equals, key=lambda v: v['n'])
        return 1.0 if any(v is oldest for v in equals if v['at'] == entry['day']) else OLDEST
    same_day = [v for v in equals if v['issue'] == first['issue'] and bool(v['disc']) == bool(first['disc'])]
    return 1 / len(same_day)

def of_report(entry, links):
    """An invoice by payment link is paid some days after its day (exponential, 4 on average, whole days); pay-outs are on Tuesday and Friday."""
    d = entry['day']
    before = d - datetime.timedelta(days=4 if d.weekday() == 1 else 3)
    def paid_by(v, day): return 1 - math.exp(-(max(0, (day - v['issue']).days - 1) + 1) / 4) if day > v['issue'] else 0
    choices = []
    for v in links:
        earlier, now = paid_by(v, before - datetime.timedelta(days=1)), paid_by(v, d - datetime.timedelta(days=1))
        p = min(.97, max(.03, (now - earlier) / max(1e-9, 1 - earlier)))
        choices.append([(0, 1 - p)] + [(v['total'] - fee(v['total']), p * chance) for fee, chance in FEES])
    return share_of_best(choices, entry['amount'])

def bound(folder):
    """{entry_id: share that the best engine gets right}, of the lines where it is less than 1; with its kind."""
    import json
    p = json.load(open(f'{folder}/params.json'))
    witness = Witness(argparse.Namespace(seed=p['seed'], customers=p['customers'], months=p['months'], days=p['days'], level=p['level'], scheme=p['scheme'] if os.path.basename(os.path.normpath(folder)).count('-') > 2 else None))
    witness.make_customers(); witness.make_invoices(); witness.simulate()
    witness.entries.sort(key=lambda e: (e['day'], e['key']))
    twins = Twins()
    truth, found = {r['entry_id']: r for r in csv.DictReader(open(f'{folder}/truth.csv', encoding='utf-8'))}, {}
    for i, entry in enumerate(witness.entries):
        entry['id'] = 'B%s%06d' % (entry['day'].strftime('%y%m%d'), i)
        if not witness.t1 <= entry['day'] < witness.t2: continue
        t = truth[entry['id']] # the witness lived the same life, or there is no bound
        if t['amount'] != cashapp_gen.cents(entry['amount']) or t['allocations'] != ';'.join(f'{a}:{cashapp_gen.cents(x)}' for a, x in entry['alloc']): sys.exit(f'{folder}: {entry["id"]} is another line')
        share, kind = 1.0, ''
        if entry['category'] == 'match' and entry['key'] in witness.seen:
            c, items, offers, equals = witness.seen[entry['key']]
            share, kind = (min(of_run(entry, offers), twins.share(entry, offers)), 'run') if c['kind'] in ('run', 'statement') else (of_single(entry, c, items, equals), 'equal')
        elif 'psp_noreport' in entry['tags'] and entry['key'] in witness.linked: share, kind = of_report(entry, witness.linked[entry['key']]), 'report'
        if share < .999999: found[entry['id']] = (kind, share)
    return found

# ---- Sums: cents are whole numbers, shares fractions; nothing is rounded before it is printed ----

def cents(text): return int(decimal.Decimal(text) * 100)
def percent(part, whole): return f'{float(fractions.Fraction(part) / whole):.2%}' if whole else '-'
def euros(minor): return f'{round(minor) / decimal.Decimal(100):,.2f}'

class Reach:
    """Lines and their value: all, what this engine has right, and what the best possible one has right."""
    def __init__(self): self.lines = self.right = self.value = self.right_value = self.drawn = self.drawn_value = 0; self.best = self.best_value = fractions.Fraction(0)
    def add(self, right, value, share):
        share = fractions.Fraction(share)
        self.lines += 1; self.value += value; self.best += share; self.best_value += share * value
        if right: self.right += 1; self.right_value += value
        if share < 1: self.drawn += 1; self.drawn_value += value
    def of_possible(self): return fractions.Fraction(self.right_value) / self.best_value, fractions.Fraction(self.right) / self.best
    def text(self):
        by_value, by_count = self.of_possible()
        return (f'by value ours {percent(self.right_value, self.value)}, best possible {percent(self.best_value, self.value)}; '
                f'by count ours {percent(self.right, self.lines)}, best possible {percent(self.best, self.lines)}. '
                f'Of what is possible: {percent(by_value, 1)} by value, {percent(by_count, 1)} by count'
                f' ({"no worse" if by_value >= by_count else "worse"} by value). '
                f'The draw decides {self.drawn} lines of {euros(self.drawn_value)}; of it {euros(self.value - self.best_value)} ({percent(self.value - self.best_value, self.value)}) and '
                f'{float(self.lines - self.best):.1f} lines nobody can have; we miss {euros(self.value - self.right_value)} and {self.lines - self.right} lines')

def main():
    said, total = ([a for a in sys.argv[1:] if a.endswith('.csv')] or ['said.csv'])[0], Reach()
    for folder in [a for a in sys.argv[1:] if os.path.isdir(a)]:
        found, here = bound(folder), Reach()
        lines = {r['entry_id']: r for r in csv.DictReader(open(f'{folder}/truth.csv', encoding='utf-8')) if r['category'] != 'unrelated'}
        value = {i: abs(cents(r['amount'])) for i, r in lines.items()}
        got = {r['entry_id']: r for r in csv.DictReader(open(f'{folder}/{said}', encoding='utf-8'))}
        sets = lambda text: {part.rpartition(':')[0] for part in (text or '').split(';') if part}
        right = {i: got.get(i, {}).get('category') == r['category'] and (r['category'] not in ('match', 'psp', 'sdd', 'reversal') or sets(got[i]['allocations']) == sets(r['allocations'])) for i, r in lines.items()}
        for i in lines:
            for reach in (here, total): reach.add(right[i], value[i], found.get(i, ('', 1))[1])
        print(f'{folder}: {here.lines} lines: {here.text()}')
        for i in sorted(lines, key=lambda i: -value[i]):
            if i in found or not right[i]: print(f"  {i} {euros(value[i]):>14} {'right' if right[i] else 'WRONG'} {found.get(i, ('', 1))[0]:6} {found.get(i, ('', 1))[1]:.3f} {lines[i]['category']} {lines[i]['tags']}")
    if total.lines: print(f'all: {total.lines} lines: {total.text()}')

if __name__ == '__main__': main()
