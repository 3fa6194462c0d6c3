/** Definitions of the elections that `start` and `simulate` stage. */
import type { Definition } from '../../protocol/src/definition.ts'
import type { ChooseQuestion } from '../../protocol/src/kinds/choose.ts'

/** People and roll come from the running consortium; the rest is what the election is about. */
export type Draft = Pick<Definition, 'title' | 'context' | 'questions'> & { readonly hoursOpen: number }

export const everywhere = (text: string): Record<string, string> => ({ fr: text, en: text, es: text })

const minute = 60_000
const timestamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

export function completeDefinition (
  draft: Draft, consortium: Pick<Definition, 'organiser' | 'members' | 'registrars' | 'trustees' | 'roll'>, now = Date.now()
): Definition {
  const { hoursOpen, ...about } = draft
  const closes = now + hoursOpen * 60 * minute
  return {
    protocol: 'scrutin/1',
    locales: ['fr', 'en', 'es'],
    ...about,
    ...consortium,
    image: null,
    opensAt: timestamp(now),
    closesAt: timestamp(closes),
    graceSeconds: 60,
    earlyClose: true,
    threshold: Math.floor(consortium.trustees.length / 2) + 1,
    classes: [{ id: 'all', label: { fr: 'Tout le monde', en: 'Everyone', es: 'Todo el mundo' }, weight: 1, size: consortium.roll.size }],
    minClassSize: 1,
    minBallots: 1,
    smallClasses: 'withhold',
    ceremony: { commitBy: timestamp(now + 10 * minute), dealBy: timestamp(now + 20 * minute), confirmBy: timestamp(now + 30 * minute) },
    issuing: { minBatch: 10, maxWaitSeconds: 1, endsAt: null },
    retentionDays: null,
    allowedOrigins: [],
  }
}

/** Approval voting over these options: choose as many as one likes. */
export function approvalDraft (title: string, options: readonly string[]): Draft & { readonly questions: ChooseQuestion[] } {
  return {
    title: everywhere(title),
    context: null,
    hoursOpen: 24,
    questions: [{
      id: 'approval',
      title: { fr: 'Qui approuvez-vous ?', en: 'Whom do you approve of?', es: '¿A quién aprueba?' },
      context: null,
      image: null,
      kind: 'choose',
      options: options.map((name, i) => ({ id: optionId(i), label: everywhere(name) })),
      min: 0,
      max: options.length,
      blank: false,
    }],
  }
}

export function optionId (index: number): string {
  return `option-${index + 1}`
}

/** The election a newcomer finds open: one choice, and a second question with several. */
export function welcomeDraft (): Draft {
  const option = (id: string, fr: string, en: string, es: string): { id: string, label: Record<string, string> } => ({ id, label: { fr, en, es } })
  return {
    title: { fr: 'Le nom de la nouvelle place', en: 'A name for the new square', es: 'El nombre de la nueva plaza' },
    context: {
      fr: 'Élection d’essai : les électrices et électeurs sont inventés.',
      en: 'A trial election: its voters are made up.',
      es: 'Elección de prueba: sus votantes son ficticios.',
    },
    hoursOpen: 24,
    questions: [
      {
        id: 'name',
        title: { fr: 'Quel nom préférez-vous ?', en: 'Which name do you prefer?', es: '¿Qué nombre prefiere?' },
        context: null,
        image: null,
        kind: 'choose',
        options: [
          option('gouges', 'Place Olympe-de-Gouges', 'Olympe de Gouges Square', 'Plaza Olympe de Gouges'),
          option('condorcet', 'Place Condorcet', 'Condorcet Square', 'Plaza Condorcet'),
          option('tilleuls', 'Place des Tilleuls', 'Linden Square', 'Plaza de los Tilos'),
        ],
        min: 1,
        max: 1,
        blank: true,
      },
      {
        id: 'use',
        title: { fr: 'Que doit-on y trouver ?', en: 'What should it have?', es: '¿Qué debería tener?' },
        context: null,
        image: null,
        kind: 'choose',
        options: [
          option('market', 'Un marché', 'A market', 'Un mercado'),
          option('fountain', 'Une fontaine', 'A fountain', 'Una fuente'),
          option('playground', 'Une aire de jeux', 'A playground', 'Un parque infantil'),
          option('trees', 'Des arbres', 'Trees', 'Árboles'),
        ],
        min: 0,
        max: 4,
        blank: false,
      },
    ],
  }
}
