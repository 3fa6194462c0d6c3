import t from 'tap'
import { startProgress } from '../src/progress.ts'

t.test('nothing is shown in the first second, then the rate', async (t) => {
  let time = 0
  const written: string[] = []
  const progress = startProgress({ write: (text) => written.push(text) }, () => time)
  progress.report('issuances', 500)
  time = 500
  progress.report('ballots', 1)
  time = 1500
  progress.report('ballots', 640)
  time = 2500
  progress.report('ballots', 1280)
  progress.end()
  t.strictSame(written, ['ballots: 640, 640 a second\n'])
})

t.test('a terminal has one line, which is cleared at the end', async (t) => {
  let time = 0
  const written: string[] = []
  const progress = startProgress({ isTTY: true, write: (text) => written.push(text) }, () => time)
  time = 2000
  progress.report('ballots', 64)
  progress.end()
  t.strictSame(written, ['\r\x1b[Kballots: 64', '\r\x1b[K'])
})
