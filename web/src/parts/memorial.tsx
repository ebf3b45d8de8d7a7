/** An entry by hand: lines that must add up to nothing; said while typing, proved by the server. */
import { useState, type FormEvent } from 'react'
import { call, Problem } from '../api/client'
import { isZero, sumAmounts } from '../amount'
import { today } from './report'
import { useWords } from '../text/text'
import { Button, ProblemBox, useAction } from './basics'
import { AmountInput, Combo, finders, Row, TextField } from './form'

interface Line { key: number; account: string; base: string; description: string }
const blank = (key: number): Line => ({ key, account: '', base: '', description: '' })
export function Memorial({ done, cancel }: { done: (id: number) => void; cancel: () => void }) {
    const { t, word, decimal } = useWords(), { busy, problem, run } = useAction()
    const [day, setDay] = useState(today()), [description, setDescription] = useState(''), [lines, setLines] = useState([blank(1), blank(2)])
    const change = (key: number, part: Partial<Line>) => setLines(lines.map(l => l.key === key ? { ...l, ...part } : l))
    const sum = sumAmounts(lines.map(l => l.base || '0'))
    const send = (event: FormEvent) => {
        event.preventDefault()
        void run(async () => { const shown = await call('entry_post', { dated_on: day, description, lines: lines.filter(l => l.account || l.base).map(({ account, base, description: text }) => ({ account, base, ...(text ? { description: text } : {}) })) }); done(shown.entry.id) })
    }
    const at = (field: string) => problem instanceof Problem ? problem.at(field) : undefined
    return <form onSubmit={send} noValidate>
        <ProblemBox problem={problem} except={['dated_on', 'description']} />
        <div className="fields"><Row label={word('f', 'dated_on')} wrong={at('dated_on')} required>{ids => <input {...ids} type="date" value={day} onChange={e => setDay(e.target.value)} />}</Row>
            <TextField label={word('f', 'description')} value={description} onChange={setDescription} wrong={at('description')} required /></div>
        {lines.map((l, i) => <fieldset key={l.key}><legend>{t('line_number', { count: i + 1 })}</legend><div className="fields">
            <Row label={word('f', 'account_id')}>{ids => <Combo {...ids} find={finders.account!} value={undefined} label={l.account} onChange={(_, o) => change(l.key, { account: o?.label.split(' ')[0] ?? '' })} />}</Row>
            <Row label={t('debit_or_credit')}>{ids => <AmountInput {...ids} value={l.base} onChange={base => change(l.key, { base })} />}</Row>
        </div></fieldset>)}
        <p className={isZero(sum) ? 'faint' : 'why'} role="status">{isZero(sum) ? t('adds_up') : t('adds_not_up', { what: decimal(sum) })}</p>
        <div className="form-end"><Button icon="plus" onClick={() => setLines([...lines, blank(Date.now())])}>{t('add_line')}</Button><Button look="main" type="submit" busy={busy}>{t('post')}</Button><Button onClick={cancel}>{t('cancel')}</Button></div>
    </form>
}
