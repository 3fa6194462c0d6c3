import { relative, sep } from 'node:path'
import type { Rule } from 'eslint'
import { judgeImport } from './judge-import.ts'

type SourceLocation = NonNullable<Rule.Node['loc']>

/** The part of a syntax node that the rule reads. */
interface SourceNode {
  readonly type: string
  readonly value?: unknown
  readonly loc?: SourceLocation | null | undefined
}

/**
 * ESLint rule that holds each room to its imports (`room-table.ts`). It sees
 * `import`, `export … from`, `import()`, `require()` and `import('…')` types.
 */
export const roomsRule: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'hold each room to its imports' },
    messages: { room: '{{reason}}.' },
    schema: []
  },
  create (context) {
    const file = relative(context.cwd, context.filename).split(sep).join('/')

    function check (source: SourceNode | null | undefined): void {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return
      const reason = judgeImport(file, source.value)
      if (reason === undefined || source.loc == null) return
      context.report({ loc: source.loc, messageId: 'room', data: { reason } })
    }

    return {
      ImportDeclaration: node => check(node.source),
      ExportNamedDeclaration: node => check(node.source),
      ExportAllDeclaration: node => check(node.source),
      ImportExpression: node => check(node.source),
      TSImportType: (node: { source: SourceNode }) => check(node.source),
      'CallExpression[callee.name="require"]': (node: { arguments: SourceNode[] }) => check(node.arguments[0])
    }
  }
}
