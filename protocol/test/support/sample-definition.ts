import type { Definition } from '../../src/definition.ts'

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

export function sampleQuestion (id: string, optionCount: number, rule: { min: number, max: number, blank: boolean }): Definition['questions'][number] {
  return {
    id,
    title: label(id),
    context: null,
    image: null,
    kind: 'choose',
    options: Array.from({ length: optionCount }, (_, i) => ({ id: `option-${i + 1}`, label: label(`Option ${i + 1}`) })),
    ...rule,
  }
}
