/**
 * Collects the endorsements a transaction needs: the smallest sufficient set first, further peers when one fails,
 * keeps silent, or comes to another result than the others. No network here: whom to ask how is the caller's.
 */
import { createHash } from 'node:crypto'
import type { EndorsementPlan } from './discovery.ts'
import type { Answer, Endorsed } from './endorser.ts'

export interface Collection {
  readonly plan: EndorsementPlan
  /** Asks one endorser, by its address. Never throws. */
  readonly ask: (endorser: string) => Promise<Answer>
  /** Whom rather to ask: the lowest first. */
  readonly rank: (endorser: string) => number
  /**
   * Whether these answers are refusals enough to be believed. While they are not, everybody else is asked too, though it
   * can't be enough any more: otherwise one member's other refusal could hide why the honest ones refuse.
   */
  readonly isRefused: (answers: ReadonlyMap<string, Answer>) => boolean
  /** After this time without an answer, others are asked as well. */
  readonly slowAfterMilliseconds: number
}

export interface Collected {
  /** One that fulfils the policy, all with the same payload; undefined when there is none. */
  readonly endorsed: readonly Endorsed[] | undefined
  /** What each said that was asked and has answered. */
  readonly answers: ReadonlyMap<string, Answer>
  /** Who had not answered when it was over, though others were asked in its place. */
  readonly slow: readonly string[]
  /** Who endorsed something else than what is `endorsed`. */
  readonly dissenting: readonly string[]
}

type State = { readonly kind: 'asked', slow: boolean } | { readonly kind: 'answered', readonly answer: Answer, readonly result: string | undefined }

/** What it costs to count on an endorser: one that has answered, one that will, one that would have to be asked, one that is slow. */
const cost = { answered: 0, asked: 1, unasked: 100, slow: 100_000 } as const

export async function collectEndorsements (collection: Collection): Promise<Collected> {
  const { plan, ask, isRefused, slowAfterMilliseconds } = collection
  const states = new Map<string, State>()
  const timers: NodeJS.Timeout[] = []
  let over = false
  try {
    return await new Promise((resolve) => {
      const proceed = (): void => {
        if (over) return
        for (const result of byAgreement(states)) {
          const chosen = cheapestChoice(plan, states, result, collection.rank)
          if (chosen === undefined) continue
          const unasked = chosen.filter((endorser) => !states.has(endorser))
          // most refusals are the contract's, and all will say the same: the answers on their way show it
          if (unasked.length > 0 && [...states.values()].some(isRefusal) && [...states.values()].some(isOnItsWay)) return
          for (const endorser of unasked) begin(endorser)
          if (unasked.length > 0 || chosen.some((endorser) => states.get(endorser)?.kind === 'asked')) return
          over = true
          resolve(outcome(states, chosen, result))
          return
        }
        const failed = outcome(states, undefined, undefined)
        if ([...states.values()].some(isRefusal) && !isRefused(failed.answers)) {
          if ([...states.values()].some(isOnItsWay)) return
          const unasked = new Set([...plan.groups.values()].flat().filter((endorser) => !states.has(endorser)))
          for (const endorser of unasked) begin(endorser)
          if (unasked.size > 0) return
        }
        over = true
        resolve(failed)
      }
      const begin = (endorser: string): void => {
        const state: State = { kind: 'asked', slow: false }
        states.set(endorser, state)
        const timer = setTimeout(() => { state.slow = true; proceed() }, slowAfterMilliseconds)
        timers.push(timer)
        void ask(endorser).then((answer) => {
          clearTimeout(timer)
          states.set(endorser, { kind: 'answered', answer, result: answer.kind === 'endorsed' ? hash(answer.payload) : undefined })
          proceed()
        })
      }
      proceed()
    })
  } finally {
    over = true
    for (const timer of timers) clearTimeout(timer)
  }
}

function isRefusal (state: State): boolean {
  return state.kind === 'answered' && state.answer.kind === 'refused'
}

function isOnItsWay (state: State): boolean {
  return state.kind === 'asked' && !state.slow
}

/** The results that were endorsed, the most frequent first; at last the one that nobody has come to yet. */
function byAgreement (states: ReadonlyMap<string, State>): Array<string | undefined> {
  const counts = new Map<string, number>()
  for (const state of states.values()) {
    if (state.kind === 'answered' && state.result !== undefined) counts.set(state.result, (counts.get(state.result) ?? 0) + 1)
  }
  return [...[...counts].sort(([, a], [, b]) => b - a).map(([result]) => result), undefined]
}

/** The endorsers of the layout that costs least, if all its endorsers may still come to this result. */
function cheapestChoice (plan: EndorsementPlan, states: ReadonlyMap<string, State>, result: string | undefined, rank: (endorser: string) => number): string[] | undefined {
  const costOf = (endorser: string): number => {
    const state = states.get(endorser)
    if (state === undefined) return cost.unasked + rank(endorser)
    if (state.kind === 'asked') return state.slow ? cost.slow : cost.asked
    return state.result !== undefined && state.result === result ? cost.answered : Infinity
  }
  let best: { readonly chosen: string[], readonly sum: number } | undefined
  for (const layout of plan.layouts) {
    const chosen = [...layout].flatMap(([group, quantity]) =>
      [...plan.groups.get(group) ?? [], ...Array<undefined>(quantity).fill(undefined)]
        .map((endorser) => ({ endorser, cost: endorser === undefined ? Infinity : costOf(endorser) }))
        .sort((a, b) => a.cost === b.cost ? 0 : a.cost - b.cost)
        .slice(0, quantity))
    const sum = chosen.reduce((total, one) => total + one.cost, 0)
    if (sum < (best?.sum ?? Infinity)) best = { chosen: chosen.flatMap(({ endorser }) => endorser ?? []), sum }
  }
  return best?.chosen
}

function outcome (states: ReadonlyMap<string, State>, chosen: readonly string[] | undefined, result: string | undefined): Collected {
  const answers = new Map<string, Answer>()
  const slow: string[] = []
  const dissenting: string[] = []
  for (const [endorser, state] of states) {
    if (state.kind === 'asked') {
      if (state.slow) slow.push(endorser)
      continue
    }
    answers.set(endorser, state.answer)
    if (state.result !== undefined && state.result !== result) dissenting.push(endorser)
  }
  const endorsed = chosen?.flatMap((endorser) => {
    const answer = answers.get(endorser)
    return answer?.kind === 'endorsed' ? [answer] : []
  })
  return { endorsed, answers, slow, dissenting }
}

function hash (payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('base64')
}
