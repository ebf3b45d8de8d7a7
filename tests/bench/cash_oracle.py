"""What no engine could know, proved line by line from the data of ../shared/bench/cash: how many explanations of a line nothing observable tells
apart, and what the best engine there can be reaches, by count and by value. Printed by cash_books.py; alone: cash_oracle.py DIR… [SAID.csv]

Observable is everything in the statement, the customers, the open items and the past. Three kinds of lines have more than one explanation by it:

  equal    Items of one customer with the same amount open (and the same discount on that day), none of them named (number, digits, tail, reference,
           order number; inside or outside a range alike; before or behind the end of a list that is cut off alike; no month named that is
           of one and not of the other). Exchanging one for another gives another explanation of the same amount. All that differs is age, so the best an engine can
           have is a rule by age for each payer: the oldest, the youngest, those that lie among the rest of the set. The bound lets
           it know beforehand, for each payer, which of the rules will do best, and gives it everything else for nothing.
  report   A pay-out of a provider whose report is missing. The sets of open payment links that give the amount, at the fees which the reports
           at hand show, are counted exactly (as a polynomial); of k of them an engine gets one in k right.
  twice    The same payer, amount and words as an earlier line, while another item of just this amount is open: a duplicate, or the next payment
           in the same words. The bound takes whichever of the two is more often right in the data."""
import csv, decimal, os, re, sys

def rows(path): return list(csv.DictReader(open(path, encoding='utf-8')))
def cents(text): return int(decimal.Decimal(text) * 100)
def sets(text): return {part.rpartition(':')[0] for part in (text or '').split(';') if part}
def plain(text): return re.sub(r'[^A-Z0-9]', '', text.upper())
MONTHS = 'JANUARI FEBRUARI MAART APRIL MEI JUNI JULI AUGUSTUS SEPTEMBER OKTOBER NOVEMBER DECEMBER'.split()

def one_error(a, b):
    """One digit wrong, missing, doubled or two swapped."""
    if min(len(a), len(b)) < 4 or abs(len(a) - len(b)) > 1: return False
    i = next((k for k, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    if len(a) == len(b): return a[i + 1:] == b[i + 1:] or (a[i:i + 2] == b[i:i + 2][::-1] and a[i + 2:] == b[i + 2:])
    return a[i + 1:] == b[i:] if len(a) > len(b) else a[i:] == b[i + 1:]

class Line:
    """One line with what the bank wrote."""
    def __init__(self, truth, entry):
        self.truth, self.id, self.day, self.category = truth, truth['entry_id'], truth['booking_date'], truth['category']
        self.amount, self.set, self.tags = cents(truth['amount']), sets(truth['allocations']), truth['tags'].split('+')
        self.text = ' '.join(re.findall('<(?:Ustrd|Ref)>(.*?)<', entry)).upper()
        self.iban = ''.join(re.findall('<IBAN>(.*?)<', entry))
        letters = str.maketrans('OLISB', '01158') # typed for the digit that looks like it
        mixed = [t.translate(letters) for t in re.findall(r'[\dOLISB]*\d[\dOLISB]*', self.text)]
        self.tokens, self.whole = set(re.findall(r'\d+', self.text)) | {t for t in mixed if len(t) > 4}, plain(self.text)
        self.range = ' T/M ' in self.text
        self.months = {i + 1 for i, m in enumerate(MONTHS) if re.search(r'\b' + m + r'\b', self.text)}

class Data:
    def __init__(self, folder):
        self.items = {r['invoice_id']: r for name in ('paid', 'open') for r in rows(f'{folder}/{name}_invoices.csv')}
        for i, r in self.items.items():
            r.update(n=int(i[1:]), plain=plain(r['invoice_number']), digits=re.sub(r'\D', '', r['invoice_number']), rest=cents(r['open_amount']), value=cents(r['total']))
        entries = {}
        for entry in re.findall(r'<Ntry>.*?</Ntry>', open(f'{folder}/camt053.xml', encoding='utf-8').read(), re.S):
            entries[re.search('<AcctSvcrRef>(.*?)<', entry)[1]] = entry
        self.lines = [Line(t, entries[t['entry_id']]) for t in rows(f'{folder}/truth.csv')]
        self.of = {}
        for i, r in self.items.items(): self.of.setdefault(r['customer_id'], []).append(i)
        self.fees = {(cents(r['amount']), cents(r['fee'])) for r in rows(f'{folder}/psp_settlements.csv')}
        self.past = {(r['iban'], cents(r['amount']), plain(r['remittance'] + r['structured_ref'])) for r in rows(f'{folder}/history.csv') if r['iban']}

    def named(self, line, i):
        r = self.items[i]
        po = r['customer_po']
        return any(len(t) >= 4 and (one_error(t, r['digits']) or one_error(t.lstrip('0'), str(r['n']))) for t in line.tokens) or (r['plain'] in line.whole or r['digits'] in line.whole or (len(r['digits']) > 5 and r['digits'][-5:] in line.whole) or str(r['n']) in line.tokens or
                any(len(t) >= 3 and r['digits'].endswith(t) for t in line.tokens) or bool(po and po.upper() in line.text) or
                bool(r['payment_reference'] and plain(r['payment_reference']) in line.whole))

    def marks(self, line, i):
        """Where the text names it, and how well: whatever names another one as well, as well, tells nobody which of the two is meant."""
        r, found = self.items[i], {}
        for t in line.tokens:
            if len(t) >= 3 and (r['digits'].endswith(t) or t.lstrip('0') == str(r['n'])): found[t] = 2
            elif len(t) >= 4 and (one_error(t, r['digits']) or one_error(t.lstrip('0'), str(r['n']))): found[t] = 1
        for way, said in (('number', r['plain'] in line.whole or r['digits'] in line.whole), ('tail', len(r['digits']) > 5 and r['digits'][-5:] in line.whole),
                          ('order', bool(r['customer_po']) and r['customer_po'].upper() in line.text), ('reference', bool(r['payment_reference']) and plain(r['payment_reference']) in line.whole)):
            if said: found[way] = 2
        return found

    def zone(self, line, i, names):
        """What is said of an item that is not named: inside a range, behind the end of a list, of a month named; and its discount."""
        r = self.items[i]
        inside = bool(names) and (min(names) < r['n'] < max(names) if line.range else r['n'] > max(names))
        discount = round(r['value'] * float(r['discount_pct'] or 0)) if r['discount_until'] and r['discount_until'] >= line.day[:8] else 0
        return (r['customer_id'], r['rest'], discount and (r['discount_pct'], r['discount_until'] >= line.day), inside, bool(line.months) and int(r['issue_date'][5:7]) in line.months)

RULES = ('oldest', 'youngest', 'among')
def age(data, i): return (data.items[i]['due_date'], data.items[i]['n'])

def pick(data, rule, free, count, rest):
    """`count` of the equal items that are free, by a rule of age. among: those that lie between the others of the set, the oldest first."""
    free = sorted(free, key=lambda i: age(data, i))
    if rule == 'youngest': return set(free[-count:])
    if rule == 'among' and rest:
        low, high = min(age(data, i) for i in rest), max(age(data, i) for i in rest)
        free.sort(key=lambda i: (not low <= age(data, i) <= high, age(data, i)))
    return set(free[:count])

def equal_classes(data, line, taken):
    """Of a line: [(the true items, all that could stand there)] where there is a choice, for one rule's own view of what is taken."""
    names = [data.items[i]['n'] for i in line.set if data.named(line, i)]
    loose = [i for i in line.set if not data.named(line, i)]
    found, classes = [], {}
    for i in loose: classes.setdefault(data.zone(line, i, names), []).append(i)
    for zone, mine in classes.items():
        free = [j for j in data.of[zone[0]] if (data.items[j]['rest'] == zone[1] or j in mine) and j not in taken and data.items[j]['issue_date'] < line.day and
                (j in mine or (not data.named(line, j) and data.zone(line, j, names) == zone)) and data.items[j]['rest']]
        if set(mine) - set(free) or len(free) > len(mine): found.append((set(mine), free))
    return found

def of_equals(data):
    """{line: [right by each rule]} for the lines with a choice. Each rule lives with what it took before."""
    taken, right, opened = [set() for _ in RULES], {}, {}
    rest = {i: r['rest'] for i, r in data.items.items()}
    for line in data.lines:
        if line.category == 'match':
            for k, rule in enumerate(RULES):
                classes = equal_classes(data, line, taken[k])
                loose = set().union(*[m for m, _ in classes]) if classes else set()
                good = True
                for mine, free in classes:
                    chosen = pick(data, rule, free, len(mine), line.set - loose)
                    good &= chosen == mine
                    taken[k] |= chosen
                if classes: right.setdefault(line.id, [True] * len(RULES))[k] = good
                taken[k] |= line.set - loose
                # what was truly settled is out of the books for good only where something says so: named, or the only one it could be
        for part in filter(None, line.truth['allocations'].split(';')):
            i, _, amount = part.rpartition(':')
            rest[i] -= cents(amount)
            if line.category != 'match' or rest[i] or line.id not in right: data.items[i]['rest'] = rest[i]
    return {i: r for i, r in right.items()}

def of_reports(data):
    """{line: number of sets of open payment links that give it}"""
    found, rest = {}, {i: cents(r['open_amount']) for i, r in data.items.items()}
    low = {round(f / a, 4) for a, f in data.fees if f != 35}
    for line in data.lines:
        if 'psp_noreport' in line.tags:
            poly, mask = 1, (1 << 64 * (line.amount + 1)) - 1
            for i, r in data.items.items():
                if r['collection'] != 'payment_link' or rest[i] != r['value'] or r['issue_date'] >= line.day or rest[i] <= 0: continue
                nets = {rest[i] - 35} | ({rest[i] - int(rest[i] * .018) - 25} if low else set())
                poly = (poly + sum(poly << 64 * net for net in nets if 0 < net <= line.amount)) & mask
            found[line.id] = poly >> 64 * line.amount & (1 << 64) - 1
        for part in filter(None, line.truth['allocations'].split(';')):
            i, _, amount = part.rpartition(':')
            rest[i] -= cents(amount)
    return found

def of_repeats(data):
    """{line: what it is} of those that say what an earlier one said while another item of that amount is open."""
    found, seen, rest = {}, set(data.past), {i: cents(r['open_amount']) for i, r in data.items.items()}
    for line in data.lines:
        key = (line.iban, line.amount, plain(line.text))
        if line.category in ('match', 'duplicate') and key in seen:
            customer = line.truth['customer_id']
            if any(rest[i] == line.amount and data.items[i]['issue_date'] < line.day and not (data.named(line, i) and line.category == 'match') for i in data.of.get(customer, [])):
                found[line.id] = line.category
        if line.iban: seen.add(key)
        for part in filter(None, line.truth['allocations'].split(';')):
            i, _, amount = part.rpartition(':')
            rest[i] -= cents(amount)
    return found

def bound(folder):
    """{line: (kind, share that the best engine gets right of it)} of all lines that have more than one explanation."""
    data, found = Data(folder), {}
    repeats = of_repeats(data)
    usual = max(('match', 'duplicate'), key=lambda c: sum(v == c for v in repeats.values()))
    for i, category in repeats.items(): found[i] = ('twice', float(category == usual))
    for i, k in of_reports(data).items():
        if k > 1: found[i] = ('report', 1 / k)
    rules, payer = of_equals(data), {}
    lines = {l.id: l for l in data.lines}
    for i, right in rules.items():
        best = payer.setdefault(lines[i].truth['customer_id'], [0] * len(RULES))
        for k, good in enumerate(right): best[k] += good * lines[i].amount
    for i, right in rules.items():
        best = payer[lines[i].truth['customer_id']]
        found.setdefault(i, ('equal', float(right[best.index(max(best))])))
    return found

def ties(folder, said):
    """Of what was posted by itself: the lines where another open item would have done as well (engine_feature.c, is_tie, counted anew from outside)."""
    data, found = Data(folder), []
    said = {r['entry_id']: r for r in rows(said)}
    for line in data.lines:
        p = said.get(line.id, {})
        chosen = {i for i in sets(p.get('allocations')) if i in data.items}
        if p.get('auto') == '1' and p.get('category') == 'match':
            names = [data.items[i]['n'] for i in chosen if data.named(line, i)]
            open_now = [j for i in chosen for j in data.of[data.items[i]['customer_id']] if j not in chosen and data.items[j]['rest'] > 0 and data.items[j]['issue_date'] <= line.day]
            def whole(customer):
                """The part of the set that is this customer's leaves nothing out between its first and its last, by due day or by issue."""
                own = [i for i in chosen if data.items[i]['customer_id'] == customer and data.items[i]['rest'] > 0]
                left = [j for j in open_now if data.items[j]['customer_id'] == customer]
                return any(not any(own and min(map(by, own)) < by(j) < max(map(by, own)) for j in left)
                           for by in (lambda i: age(data, i), lambda i: (data.items[i]['issue_date'], data.items[i]['n'])))
            for i in chosen:
                if not data.items[i]['rest']: continue
                said = data.marks(line, i)
                def alike(j): # neither is named, or all that names the one names the other
                    if not data.named(line, i): return not data.named(line, j)
                    other = data.marks(line, j)
                    return bool(said) and (all(other.get(mark, 0) >= how for mark, how in said.items()) or max(other.values(), default=0) >= max(said.values()))
                twins = [j for j in data.of[data.items[i]['customer_id']] if j not in chosen and data.items[j]['issue_date'] < line.day and alike(j) and
                         data.zone(line, j, names)[:3] == data.zone(line, i, names)[:3] and (data.named(line, i) or data.zone(line, j, names) == data.zone(line, i, names))]
                if twins and data.named(line, i): found.append(line.id); break
                if any(age(data, j) < age(data, i) or len(chosen) == 1 or not whole(data.items[i]['customer_id']) for j in twins): found.append(line.id); break
        for part in filter(None, line.truth['allocations'].split(';')):
            i, _, amount = part.rpartition(':')
            data.items[i]['rest'] -= cents(amount)
    return found

def main():
    said = [a for a in sys.argv[1:] if a.endswith('.csv')]
    for folder in [a for a in sys.argv[1:] if os.path.isdir(a)]:
        found, data = bound(folder), Data(folder)
        scope = [l for l in data.lines if l.category != 'unrelated']
        lost = sum(1 - found[l.id][1] for l in scope if l.id in found)
        value = sum((1 - found[l.id][1]) * abs(l.amount) for l in scope if l.id in found) / sum(abs(l.amount) for l in scope)
        print(f'{folder}: {len(scope)} lines, more than one explanation: {len(found)} ' +
              ', '.join(f'{kind} {sum(k == kind for k, _ in found.values())}' for kind in ('equal', 'report', 'twice')) +
              f'; the best engine: {1 - lost / len(scope):.2%} by count, {1 - value:.2%} by value')
        if said:
            print('  ties posted:', ties(folder, said[0]))
            p = {r['entry_id']: r for r in rows(said[0])}
            for l in sorted(scope, key=lambda l: -abs(l.amount)):
                g = p.get(l.id, {})
                if g.get('category') == l.category and (l.category not in ('match', 'psp', 'sdd', 'reversal') or sets(g['allocations']) == l.set): continue
                print(f'  {l.id} {l.amount / 100:.2f} {l.category} {"+".join(l.tags)} said {g.get("category")}: {found.get(l.id, ("", 1))}')

if __name__ == '__main__': main()
