import { readFileSync } from 'node:fs'
import t from 'tap'
import { answerSlots } from '../../../protocol/src/kinds/kinds.ts'
import { approvedFrom, drawnPoll, isKind, kindsOfPolls, pollOf } from '../poll.ts'
import { randomBallots, randomGrades } from '../random-ballots.ts'
import { parseBallots } from '../read-ballots.ts'

const orsay = readFileSync(new URL('../../../examples/orsay-2007/bureau_01.csv', import.meta.url), 'utf8')
const budget = (type: string, votes: string): string => `META\nkey;value\nbudget;100\nvote_type;${type}\nmax_points;3\nmax_sum_points;4\nPROJECTS\nproject_id;cost;name\nP02;60;A park\nP10;50;B\nVOTES\n${votes}`

t.test('Orsay 2007 read as approval from grade 5', async (t) => {
  const { answers, expected: counts } = pollOf('choose', approvedFrom(parseBallots(orsay), 5))
  t.equal(answers.length, 559)
  t.match(counts(() => true), { Bayrou: 249, Sarkozy: 235, Royal: 191 })
  t.equal(answers.filter((answer) => typeof answer === 'object' && 'choose' in answer && answer.choose.length === 0).length, 70)
})

t.test('Orsay 2007 read as it was: grades', async (t) => {
  const { question, answers, expected: counts, nameOf } = pollOf('majority-judgment', parseBallots(orsay))
  const expected = counts(() => true)
  t.equal(answers.length, 559)
  t.match(question, { grades: [{ id: 'grade-6' }, { id: 'grade-5' }, {}, {}, {}, { id: 'grade-1' }], noOpinion: { ranking: 'worst' } })
  t.equal(Object.values(expected['Bayrou'] as Record<string, number>).reduce((sum, count) => sum + count), 559)
  t.same([nameOf('option-4'), nameOf('grade-6'), nameOf('no-opinion')], ['Bayrou', '6', '0'])
})

t.test('a tally of grades becomes ballots that come to it', async (t) => {
  const worstFirst = pollOf('majority-judgment', parseBallots('  , reject, good\nA, 2, 1\n"B, b", 0, 3\n'))
  t.equal(worstFirst.answers.length, 3)
  t.strictSame(worstFirst.expected(() => true), { A: { reject: 2, good: 1 }, 'B, b': { reject: 0, good: 3 } })
  t.match(worstFirst.question, { grades: [{ label: { en: 'good' } }, { label: { en: 'reject' } }], noOpinion: null })
  const bestFirst = pollOf('majority-judgment', parseBallots(',Bien,Passable,NSP\nA,1,1,1\nB,0,0,3\n'))
  t.match(bestFirst.question, { grades: [{ label: { en: 'Bien' } }, { label: { en: 'Passable' } }], noOpinion: { label: { en: 'NSP' } } })
  t.strictSame(bestFirst.expected(() => true), { A: { NSP: 1, Passable: 1, Bien: 1 }, B: { NSP: 3, Passable: 0, Bien: 0 } })
  for (const wrong of [',a,b\nA,1,2\nB,1,1\n', ',a,b\nA,1,2\nB,1\n', ',a,b\nA,1,2\nA,1,2\n', ',a,b\nA,1,200000000\nB,1,200000000\n']) t.throws(() => parseBallots(wrong))
})

t.test('participatory budgets, by project id', async (t) => {
  const approval = pollOf('choose', parseBallots(budget('approval', 'voter_id;vote\n1;P10,P02\n2;P10\n3;\n')))
  t.strictSame(approval.expected(() => true), { P02: 1, P10: 2 })
  t.match(approval.answers, [{ choose: ['option-1', 'option-2'] }, { choose: ['option-2'] }, { choose: [] }])
  const points = pollOf('cumulative', parseBallots(budget('cumulative', 'voter_id;vote;points\n1;P10,P02;3,1\n2;P10;2\n')))
  t.strictSame(points.expected(() => true), { P02: 1, P10: 5 })
  t.match(points.question, { kind: 'cumulative', perOption: 3, points: 4 })
  t.strictSame(pollOf('choose', parseBallots(budget('cumulative', 'voter_id;vote;points\n1;P10,P02;3,1\n2;P10;2\n'))).expected(() => true), { P02: 1, P10: 2 }, 'how many support it')
  const wrong = [budget('ordinal', 'voter_id;vote\n1;P10\n'), budget('approval', 'voter_id;vote\n1;P11\n'), budget('approval', 'voter_id;vote\n1;P10,P10\n'), budget('cumulative', 'voter_id;vote;points\n1;P10,P02;3\n'), budget('approval', 'voter_id;vote\n')]
  for (const text of wrong) t.throws(() => parseBallots(text))
})

t.test('options drawn for each voter', async (t) => {
  const poll = pollOf('majority-judgment', randomGrades(6, 4, 3))
  const drawn = drawnPoll(poll, 2)
  t.match(drawn.question, { draw: 2, grades: { length: 3 }, noOpinion: null })
  const first = drawn.expected((_, option) => option === 0)
  t.equal(Object.values(first['Candidate 1'] as Record<string, number>).reduce((sum, count) => sum + count), 6)
  t.strictSame(first['Candidate 2'], { 'Grade 1': 0, 'Grade 2': 0, 'Grade 3': 0 }, 'what nobody was asked, nobody said')
  t.throws(() => drawnPoll(poll, 4), /draw fewer/)
  t.throws(() => drawnPoll(pollOf('choose', randomBallots('choose', 3, ['A', 'B'])), 1), /majority-judgment and score only/)
})

t.test('every kind makes answers that its question allows', async (t) => {
  for (const kind of kindsOfPolls) {
    if (!isKind(kind)) throw new Error(kind)
    const { question, answers } = pollOf(kind, randomBallots(kind, 20, ['A', 'B', 'C']))
    for (const answer of answers) answerSlots(question, answer)
    t.equal(answers.length, 20, kind)
  }
})

t.test('approval files hold 0 and 1', async (t) => {
  t.strictSame(parseBallots('id,A,"B, b"\n0,1,0\n1,0,0\n2,1,1\n'), { options: ['A', 'B, b'], rows: [[1, 0], [0, 0], [1, 1]] })
  t.throws(() => pollOf('choose', parseBallots('id,A\n0,2\n')), { message: /ballot 1 holds 2/ })
  t.throws(() => pollOf('yes-no', parseBallots('id,A,B\n0,1,0\n')), { message: /single column/ })
})

t.test('refuses what is of another form, with the line', async (t) => {
  t.throws(() => parseBallots('id,A,A\n0,1,0\n'), { message: /line 1/ })
  t.throws(() => parseBallots('id\n0\n'), { message: /line 1/ })
  t.throws(() => parseBallots('id,A\n'), { message: /no ballot/ })
  t.throws(() => parseBallots('id,A\n0,yes\n'), { message: /line 2/ })
  t.throws(() => parseBallots('id,A\n0,1,1\n'))
})
