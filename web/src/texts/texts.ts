/** The languages of the booth, French first, and which of them a page speaks. */
import type { Definition } from '../../../protocol/src/definition.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr, type Texts } from './fr.ts'

export type { Texts } from './fr.ts'

export const languages = ['fr', 'en', 'es'] as const
export type Language = typeof languages[number]
export const textsOf: Readonly<Record<Language, Texts>> = { fr, en, es }

const choiceKey = 'scrutin-language'

/** What was chosen before, else the first of the browser's that is spoken here, else French. */
export function firstLanguage (): Language {
  const chosen = localStorage.getItem(choiceKey)
  return languages.find((language) => language === chosen) ??
    navigator.languages.map((tag) => languages.find((language) => language === tag.split('-')[0])).find((language) => language !== undefined) ?? 'fr'
}

export function keepLanguage (language: Language): void {
  localStorage.setItem(choiceKey, language)
}

/** The text of a definition in the page's language, or in the definition's first. */
export function localized (definition: Pick<Definition, 'locales'>, language: Language): (texts: Readonly<Record<string, string>>) => string {
  const locale = definition.locales.find((known) => known === language || known.startsWith(`${language}-`)) ?? definition.locales[0]!
  return (texts) => texts[locale]!
}

export function formatMoment (timestamp: string, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(timestamp))
}

/** The sentence for a code of the catalogue. */
export function explainError (texts: Texts, code: string): string {
  return Object.hasOwn(texts.error, code) ? texts.error[code as keyof Texts['error']] : texts.error.other
}
