#!/usr/bin/python3
"""A one-page invoice as PDF: ours against WeasyPrint on an equivalent page (same texts, table, QR code as a table of
modules left out in its favour), in one run, in turns. CPU time of each process, start-up of both not counted.
The target is a ratio of at least 60."""
import json, os, subprocess, sys, time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, '..', '..', 'tools'))
import target

ours = os.path.join(os.environ.get('FLORIN_BENCH', os.path.join(here, '..', '..', 'out', 'bench')), 'bench_invoice_pdf')
try:
    import weasyprint
except ImportError:
    print('weasyprint is not installed: nothing to compare with')
    sys.exit(1)

LINES = [('Onderhoud koelinstallatie', 'Jaarlijkse inspectie volgens F-gassenverordening, inclusief lekcontrole en logboek', '1', '12,50', '21%', '12,50'),
         ('Arbeid monteur', 'Artikel KM-20410', '2 uur', '50,47', '21%', '100,94'),
         ('Voorrijkosten regio Utrecht', '', '3', '88,44', '21%', '265,32'),
         ('Koudemiddel R32', 'Artikel KM-20410', '4 kg', '126,41', '21%', '505,64'),
         ('Filterset F7, dubbel', '', '1 set', '164,38', '9%', '164,38'),
         ('Leidingwerk, koper 22 mm', 'Artikel KM-20410', '2 m', '22,35', '21%', '44,70')]
FACTS = [('Factuurnummer', '2026-00042'), ('Factuurdatum', '21 november 2026'), ('Vervaldatum', '21 december 2026'),
         ('Uw kenmerk', 'Afd. Techniek / J. Bakker'), ('Uw order', 'PO-88123'), ('Leverdatum', '18 november 2026'), ('Uw btw-nr.', 'NL009876543B02')]
PAY = [('IBAN', 'NL91 ABNA 0417 1643 00'), ('BIC', 'ABNANL2A'), ('Ten name van', 'Koeltechniek De Vries B.V.'),
       ('Betalingskenmerk', 'RF36 INV2 0260 0042'), ('Voorwaarden', 'Betaling binnen 30 dagen na factuurdatum.')]
SUMS = [('Totaal exclusief btw', '€ 1.093,48'), ('Btw 21%', '€ 195,11'), ('Btw 9%', '€ 14,79'), ('Totaal inclusief btw', '€ 1.303,38'), ('Te betalen', '€ 1.303,38')]
CSS = '''@page { size: A4; margin: 15mm 20mm 28mm 22mm; @bottom-right { content: "Pagina " counter(page) " van " counter(pages); font: 7pt Inter } }
body { font: 9pt Inter, sans-serif; font-feature-settings: "tnum"; color: #1c2126 } h1 { color: #14555f; font-size: 21pt }
table { width: 100%; border-collapse: collapse } td, th { text-align: right; padding: 3pt; border-bottom: .4pt solid #d3d9de }
td:first-child, th:first-child { text-align: left } small, dt { color: #5a646d } .pay { background: #f1f4f5; border-left: 2pt solid #14555f; padding: 12pt }
.top { display: flex; justify-content: space-between }'''
def pairs(rows): return '<table>' + ''.join(f'<tr><td>{a}</td><td>{b}</td></tr>' for a, b in rows) + '</table>'
HTML = f'''<html lang="nl"><head><title>Factuur 2026-00042</title><style>{CSS}</style></head><body>
<div class="top"><b>Koeltechniek De Vries B.V.</b><p>Handelsweg 12<br>3542 AB Utrecht<br>+31 30 123 45 67<br>facturen@koeltechniekdevries.nl</p></div>
<div class="top"><p><b>Bakkerij Jansen &amp; Zn.</b><br>T.a.v. mevrouw J. Bakker<br>Dorpsstraat 101<br>1012 LM Amsterdam</p><div>{pairs(FACTS)}</div></div>
<h1>Factuur</h1><table><tr><th>Omschrijving</th><th>Aantal</th><th>Prijs</th><th>Btw</th><th>Bedrag (EUR)</th></tr>
{''.join(f"<tr><td>{n}<br><small>{d}</small></td>" + ''.join(f'<td>{c}</td>' for c in rest) + '</tr>' for n, d, *rest in LINES)}</table>
{pairs([('Btw 21%', '929,10 / 195,11'), ('Btw 9%', '164,38 / 14,79')])}{pairs(SUMS)}
<div class="pay"><b>Betaling</b><p>Wij verzoeken u € 1.303,38 uiterlijk 21 december 2026 te betalen.</p>{pairs(PAY)}</div>
<p>Vragen over deze factuur? Bel of mail ons onder vermelding van het factuurnummer. Dank voor uw vertrouwen.</p></body></html>'''

def theirs_ms(runs):
    start = time.process_time()
    for _ in range(runs): pdf = weasyprint.HTML(string=HTML).write_pdf()
    return (time.process_time() - start) / runs * 1000

theirs_ms(1)  # fonts found, styles read
best_theirs, best_ours = [], []
for _ in range(3):
    best_theirs.append(theirs_ms(2))
    best_ours.append(json.loads(subprocess.check_output([ours, '1']))['cpu_ms'])
a, b = min(best_ours), min(best_theirs)
print(f'one-page invoice: WeasyPrint {b:.1f} ms, ours {a:.2f} ms of CPU')
sys.exit(0 if target.at_least('WeasyPrint / our invoice PDF, CPU', b / a, 'x', 60) else 1)
