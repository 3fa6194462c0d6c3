import type { Definition } from '../../src/definition.ts'
import type { ChooseQuestion } from '../../src/kinds/choose.ts'
import type { CumulativeQuestion } from '../../src/kinds/cumulative.ts'
import type { MajorityQuestion } from '../../src/kinds/majority-judgment.ts'
import type { QuadraticQuestion } from '../../src/kinds/quadratic.ts'
import type { ScoreQuestion } from '../../src/kinds/score.ts'
import type { YesNoQuestion } from '../../src/kinds/yes-no.ts'
import type { Option } from '../../src/question-schema.ts'

const label = (text: string): Record<string, string> => ({ fr: text, en: text, es: text })

/** A whole definition; tests replace what they are about. Times default to an election open around `now`. */
export function sampleDefinition (
  people: { registrarKeys: readonly string[], trusteeKeys: readonly string[], roll: { size: number, root: string }, members?: readonly string[] | undefined },
  changes: Partial<Definition> = {}, now = Date.now()
): Definition {
  const at = (minutes: number): string => new Date(now + minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z')
  const members = [...people.members ?? ['MemberA', 'MemberB', 'MemberC', 'MemberD']]
  return {
    protocol: 'scrutin/1',
    organiser: { mspId: members[0]!, tenant: 'town' },
    locales: ['fr', 'en', 'es'],
    title: label('Sample'),
    context: null,
    image: null,
    questions: [sampleQuestion('president', 3, { min: 1, max: 1, blank: true })],
    opensAt: at(-1),
    closesAt: at(60),
    graceSeconds: 60,
    earlyClose: true,
    members,
    registrars: people.registrarKeys.map((key, i) => ({ key, mspId: members[i]!, identifies: { way: 'code' } })),
    trustees: people.trusteeKeys.map((key, i) => ({ key, mspId: members[i]! })),
    threshold: Math.floor(people.trusteeKeys.length / 2) + 1,
    roll: people.roll,
    classes: [{ id: 'all', label: label('All'), weight: 1, size: people.roll.size }],
    minClassSize: 1,
    minBallots: 1,
    smallClasses: 'withhold',
    ceremony: { commitBy: at(10), dealBy: at(20), confirmBy: at(30) },
    issuing: { minBatch: 1, maxWaitSeconds: 0, endsAt: null },
    retentionDays: null,
    allowedOrigins: [],
    ...changes,
  }
}

export function sampleQuestion (id: string, optionCount: number, rule: { min: number, max: number, blank: boolean }): ChooseQuestion {
  return { ...questionHead(id), kind: 'choose', options: sampleOptions('option', optionCount), ...rule }
}

export function yesNoQuestion (id: string, blank: boolean): YesNoQuestion {
  return { ...questionHead(id), kind: 'yes-no', blank }
}

export function scoreQuestion (id: string, optionCount: number, max: number, blank = false): ScoreQuestion {
  return { ...questionHead(id), kind: 'score', options: sampleOptions('option', optionCount), max, blank }
}

export function cumulativeQuestion (id: string, optionCount: number, points: number, perOption: number, blank = false): CumulativeQuestion {
  return { ...questionHead(id), kind: 'cumulative', options: sampleOptions('option', optionCount), points, perOption, blank }
}

export function quadraticQuestion (id: string, optionCount: number, credits: number, perOption: number, blank = false): QuadraticQuestion {
  return { ...questionHead(id), kind: 'quadratic', options: sampleOptions('option', optionCount), credits, perOption, blank }
}

/** Grades are `grade-1`, the best, to the worst. */
export function majorityQuestion (id: string, candidates: number, grades: number, noOpinion: 'worst' | 'left-out' | null = null): MajorityQuestion {
  return {
    ...questionHead(id),
    kind: 'majority-judgment',
    options: sampleOptions('option', candidates),
    grades: sampleOptions('grade', grades),
    noOpinion: noOpinion === null ? null : { label: label('No opinion'), ranking: noOpinion },
  }
}

function questionHead (id: string): Pick<YesNoQuestion, 'id' | 'title' | 'context' | 'image'> {
  return { id, title: label(id), context: null, image: null }
}

function sampleOptions (name: string, count: number): Option[] {
  return Array.from({ length: count }, (_, i) => ({ id: `${name}-${i + 1}`, label: label(`${name} ${i + 1}`) }))
}
