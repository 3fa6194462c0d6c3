/** `scrutin roll prepare`: what an organiser does with the roll before announcing. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { createPrivate } from '../../service/src/private-files.ts'
import { prepareRoll } from './prepare-roll.ts'

export function rollCommand (): Command {
  const roll = new Command('roll').description('the roll of an election')
  roll.command('prepare')
    .description('make the salted roll, for every registrar to import, from a CSV file')
    .argument('<csv>', 'UTF-8 with a header: id, class (with --class), and whatever else says who a person is')
    .requiredOption('--out <file>', 'the roll: a new file, readable by its owner only')
    .option('--class <id>', 'a class of the definition; again for each, in its order', (id: string, before: readonly string[] | undefined) => [...before ?? [], id])
    .option('--delimiter <character>', 'between fields', ',')
    .option('--json', 'print one JSON object')
    .action((csv: string, options: { out: string, class?: string[], delimiter: string, json?: true }) => {
      const prepared = prepareRoll(readFileSync(csv), { classes: options.class, delimiter: options.delimiter })
      createPrivate(options.out, JSON.stringify(prepared) + '\n')
      const { root, size, classes } = prepared
      if (options.json) console.log(JSON.stringify({ root, size, classes }))
      else console.log([`root  ${root}`, `size  ${size}`, ...classes.map((c) => `class ${c.id}: ${c.size}`)].join('\n'))
    })
  return roll
}
