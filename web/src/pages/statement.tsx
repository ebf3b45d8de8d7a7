import { Link } from '../app/router'
import { Amount, Badge, Card, Facts, Page, Shown, useRead } from '../parts/basics'
import { History } from '../parts/history'
import { tones } from '../parts/list'
import { useWords } from '../text/text'

export default function Statement({ id }: { id: number }) {
    const { t, word, date, instant } = useWords(), read = useRead('statement_show', { id })
    return <Shown of={read} page>{({ statement: s, lines }) => <Page title={t('statement_title', { what: s.reference })} note={[date(s.from_on), date(s.to_on)].filter(Boolean).join(' – ')} back={<Link to="/bank/statements">{t('nav_statements')}</Link>}>
        <Card><Facts rows={[[word('f', 'opening'), <Amount value={s.opening} currency={s.currency} />], [t('booked'), <Amount value={s.booked} currency={s.currency} />], [word('f', 'closing'), <Amount value={s.closing} currency={s.currency} />],
            [word('f', 'proof'), <><Badge tone={s.proof === 'done' ? 'good' : tones[s.proof]}>{word('proof', s.proof)}</Badge> {s.proof === 'broken' && <Amount value={s.difference} currency={s.currency} />}</>], [word('f', 'follows'), <><Badge tone={tones[s.follows]}>{word('follows', s.follows)}</Badge> {s.follows === 'gap' && <Amount value={s.missing} currency={s.currency} />}</>],
            [t('format'), s.kind + ' · ' + s.dialect], [t('imported_at'), instant(s.imported_at)]]} /></Card>
        <div className="list"><div className="table-wrap"><table className="table"><caption className="hidden">{t('lines')}</caption><thead><tr><th scope="col">{word('f', 'name')}</th><th scope="col">{word('f', 'booked_on')}</th><th scope="col">{word('f', 'remittance')}</th><th scope="col" className="right">{word('f', 'amount')}</th></tr></thead>
            <tbody>{lines.map(l => <tr key={l.id}><td className="n-title"><Link to={'/bank/lines/' + l.id}>{l.name ?? t('unknown')}</Link></td><td className="n-line" data-label={word('f', 'booked_on')}>{date(l.booked_on)}</td><td className="n-line" data-label={word('f', 'remittance')}>{l.remittance ?? l.reference ?? ''}</td><td className="right n-amount"><Amount value={l.amount} currency={l.currency} /></td></tr>)}</tbody></table></div></div>
        <History kind="statement" id={s.id} />
    </Page>}</Shown>
}
