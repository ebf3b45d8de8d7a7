import { Link } from '../app/router'
import { Empty, Page } from '../parts/basics'
import { useWords } from '../text/text'

export default function Nowhere() {
    const { t } = useWords()
    return <Page title={t('nowhere')}><Empty title={t('nowhere_text')} action={<Link className="button" to="/">{t('nav_home')}</Link>} /></Page>
}
