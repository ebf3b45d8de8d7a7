/** Sentences of the books: exchange rates, open items. English, Dutch. Part of catalogue.ts. */
export const books = {
    not_read: ['This could not be read', 'Dit kon niet worden gelezen'],
    items_all: ['All, settled too', 'Alle, ook voldaan'],
    nav_rates: ['Exchange rates', 'Wisselkoersen'], rates_note: ['What a unit of another currency is worth. An invoice or bill in it takes the newest rate up to its day.', 'Wat een eenheid van een andere valuta waard is. Een factuur daarin neemt de nieuwste koers tot en met zijn dag.'],
    rates_drop: ['Drop a file of the European Central Bank', 'Sleep een bestand van de Europese Centrale Bank hierheen'], rates_drop_help: ['Euro reference rates as XML or CSV, of one day or of the last 90 days (ecb.europa.eu). Rates entered by hand stay as they are.', 'Euroreferentiekoersen als XML of CSV, van één dag of van de laatste 90 dagen (ecb.europa.eu). Koersen die met de hand zijn ingevoerd blijven staan.'],
    rates_taken: ['{added} new, {changed} changed, {same} there already', '{added} nieuw, {changed} gewijzigd, {same} al bekend'], rates_kept: ['{count} by hand left as it is|{count} by hand left as they are', '{count} met de hand bleef staan|{count} met de hand bleven staan'], rates_unknown: ['left out: {what}', 'overgeslagen: {what}'],
    rates_empty: ['No exchange rates yet', 'Nog geen wisselkoersen'], rates_empty_text: ['Who only buys and sells in the currency of the books needs none. For another currency: drop the bank’s file above, or enter the rate of a day.', 'Wie alleen in de valuta van de boeken koopt en verkoopt heeft ze niet nodig. Voor een andere valuta: sleep het bestand van de bank hierboven, of voer de koers van een dag in.'],
    rate_new: ['Enter a rate', 'Koers invoeren'], rate_text: ['How many {what} one unit is worth on that day, for example 0.9221.', 'Hoeveel {what} één eenheid op die dag waard is, bijvoorbeeld 0,9221.'], rate_by_hand: ['By hand', 'Met de hand'],
} as const
