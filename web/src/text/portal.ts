/** What staff reads of the portal. */
export const portal = {
    portal_title: ['Supplier portal', 'Leveranciersportaal'], portal_none: ['No link was given yet. With one this supplier checks and sends invoices and sees when they are paid.', 'Er is nog geen link gegeven. Daarmee controleert en stuurt deze leverancier facturen in en ziet hij wanneer ze betaald worden.'],
    portal_invite: ['Give a link', 'Link geven'], portal_invite_text: ['The link is mailed and shown once. Who has it sees this supplier\'s invoices, and nothing else.', 'De link wordt gemaild en één keer getoond. Wie hem heeft ziet de facturen van deze leverancier, en verder niets.'],
    portal_invited: ['The link is on its way to {what}', 'De link is onderweg naar {what}'], portal_once: ['It is shown this once. It works until {day}.', 'Hij wordt alleen nu getoond. Hij werkt tot en met {day}.'], portal_copied: ['Copied', 'Gekopieerd'],
    portal_given: ['by {who} on {day}, until {until}', 'door {who} op {day}, tot en met {until}'], portal_used: ['last used {when}', 'laatst gebruikt {when}'], portal_unused: ['not used yet', 'nog niet gebruikt'], portal_received: ['{count} invoice|{count} invoices', '{count} factuur|{count} facturen'],
    portal_end: ['End this link', 'Deze link beëindigen'], portal_end_text: ['The link of {what} stops working at once, also for who has the page open.', 'De link van {what} werkt direct niet meer, ook niet voor wie de pagina open heeft.'], portal_ended: ['The link has ended', 'De link is beëindigd'],
    view_portal: ['By portal', 'Via portaal'],
    portal_from: ['Came through the portal', 'Kwam binnen via het portaal'], portal_reads_reason: ['A supplier with a link of the portal reads this reason.', 'Een leverancier met een link van het portaal leest deze reden.'],
} as const
