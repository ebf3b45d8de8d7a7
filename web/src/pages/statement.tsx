import { Link } from '../app/router'
import { Amount, Badge, Card, Facts, Page, Shown, useRead } from '../parts/basics'
import { History } from '../parts/history'
import { tones } from '../parts/list'
import { Table } from '../parts/table'
import { useWords } from '../text/text'

export default function Statement({ id }: { id: number }) {
    const { t, word, date, instant } = useWords(), read = useRead('statement_show', { id })
    return <Shown of={read} page>{({ statement: s, lines }) => <Page title={t('statement_title', { what: s.reference.split('|')[0]! /* the rest tells apart what banks number alike */ })} note={[date(s.from_on), date(s.to_on)].filter(Boolean).join(' – ')} back={<Link to="/bank/statements">{t('nav_statements')}</Link>}>
        <Card><Facts rows={[[word('f', 'opening'), <Amount value={s.opening} currency={s.currency} />], [t('booked'), <Amount value={s.booked} currency={s.currency} />], [word('f', 'closing'), <Amount value={s.closing} currency={s.currency} />],
            [word('f', 'proof'), <><Badge tone={s.proof === 'done' ? 'good' : tones[s.proof]}>{word('proof', s.proof)}</Badge> {s.proof === 'broken' && <Amount value={s.difference} currency={s.currency} />}</>], [word('f', 'follows'), <><Badge tone={tones[s.follows]}>{word('follows', s.follows)}</Badge> {s.follows === 'gap' && <Amount value={s.missing} currency={s.currency} />}</>],
            [t('format'), s.kind + ' · ' + s.dialect], [t('imported_at'), instant(s.imported_at)]]} /></Card>
        <Table caption={t('lines')} heads={[{ label: word('f', 'name') }, { label: word('f', 'booked_on') }, { label: word('f', 'remittance') }, { label: word('f', 'amount'), right: true }]}
            rows={lines.map(l => ({ key: l.id, cells: [<Link to={'/bank/lines/' + l.id}>{l.name ?? t('unknown')}</Link>, date(l.booked_on), l.remittance ?? l.reference ?? '', <Amount value={l.amount} currency={l.currency} />] }))} />
        <History kind="statement" id={s.id} />
    </Page>}</Shown>
}
