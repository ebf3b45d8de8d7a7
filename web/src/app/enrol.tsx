/** Whose second factor was reset sets up a new one before anything else. */
import { Button } from '../parts/basics'
import { Factor } from '../parts/factor'
import { Passkeys } from '../parts/passkeys'
import { useWords } from '../text/text'
import type { Session } from './session'
import { Mark } from './sign-in'

export default function Enrol({ session }: { session: Session }) {
    const { t } = useWords()
    return <div className="gate"><main className="gate-card wide">
        <Mark />
        <h1>{t('enrol_title')}</h1>
        <p>{t('enrol_text')}</p>
        <Factor />
        <Passkeys />
        <Button look="quiet" onClick={() => { void session.signOut() }}>{t('sign_out')}</Button>
    </main></div>
}
