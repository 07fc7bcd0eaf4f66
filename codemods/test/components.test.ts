import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { audit, migrate } from '../src/index.js'
import type { ReportedFinding } from '../src/result.js'
import { moduleOf } from '../src/single-file-components.js'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const roots: string[] = []

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

function project(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-components-')))
  roots.push(root)
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

async function migrated(
  files: Readonly<Record<string, string>>,
): Promise<{ texts: Record<string, string>; findings: readonly ReportedFinding[] }> {
  const root = project(files)
  const { result } = await migrate({ cwd: root })
  const { result: second } = await migrate({ cwd: root })
  expect(second.changes).toEqual([])
  expect(second.findings.filter(({ kind }) => kind !== 'bridged').length).toBe(
    result.findings.filter(({ kind }) => kind !== 'bridged').length,
  )
  const texts = Object.fromEntries(Object.keys(files).map((path) => [path, readFileSync(join(root, path), 'utf8')]))
  return { texts, findings: result.findings }
}

const tsconfig = JSON.stringify({
  compilerOptions: { strict: true, module: 'esnext', moduleResolution: 'bundler', target: 'es2022', types: [] },
  include: ['src'],
})

const load = [
  "import { ToolDispatcher } from '@switchyard/legacy';",
  "import { ref } from 'vue';",
  'const shown = ref(0);',
  'async function load(ctx) {',
  '  const dispatcher   = new ToolDispatcher(ctx);',
  "  const result = await dispatcher.dispatch('add', { a: 1 });",
  "  shown.value = result.status === 'success' ? 1 : 0;",
  '}',
]
const loaded = [
  "import { UnifiedToolDispatcher } from '@switchyard/dispatcher';",
  "import { ref } from 'vue';",
  'const shown = ref(0);',
  'async function load(ctx) {',
  '  const dispatcher   = UnifiedToolDispatcher.createForUser(ctx);',
  "  const result = await dispatcher.executeTool('add', { a: 1 });",
  '  shown.value = result.success ? 1 : 0;',
  '}',
]
const vue = (script: readonly string[], newline: string, language = '') =>
  [
    '<!-- <script>import "@switchyard/legacy"</script> -->',
    '<template>',
    '  <p :class="\'@switchyard/legacy\'"   @click="load">{{ shown }} \u{1F600} caf\u00e9</p>',
    '</template>',
    '',
    `<script setup${language}>`,
    ...script,
    '</script>',
    '',
    '<style scoped>',
    'p { color: red }',
    '</style>',
    '',
  ].join(newline)

describe('a component', () => {
  it.each([
    ['\n', ''],
    ['\r\n', ''],
    ['\n', ' lang="ts"'],
  ])('changes in its script alone (%j, %s)', async (newline, language) => {
    const typed = (lines: readonly string[]) =>
      language === '' ? lines : lines.map((line) => line.replace('load(ctx)', 'load(ctx: any)'))
    const { texts, findings } = await migrated({ 'src/Add.vue': vue(typed(load), newline, language) })
    expect(texts['src/Add.vue']).toBe(vue(typed(loaded), newline, language))
    expect(findings).toEqual([])
  })

  it('changes in a tree with a tsconfig, and keeps a byte order mark', async () => {
    const text = `\uFEFF${vue(
      load.map((line) => line.replace('load(ctx)', "load(ctx: import('@switchyard/dispatcher').UserExecutionContext)")),
      '\n',
      " lang='ts'",
    )}`
    const { texts } = await migrated({ 'tsconfig.json': tsconfig, 'src/Add.vue': text })
    expect(texts['src/Add.vue']).toContain('UnifiedToolDispatcher.createForUser(ctx)')
    expect(texts['src/Add.vue']?.slice(0, 150)).toBe(text.slice(0, 150))
  })

  it('takes several scripts for one module', async () => {
    const component = (first: string, second: string) =>
      `<script context="module">\n${first}\n</script>\n\n<script>\n${second}\n</script>\n\n<p>{'text'}</p>\n`
    const { texts } = await migrated({
      'Add.svelte': component(
        "import { ToolDispatcher } from '@switchyard/legacy'",
        'function load(ctx) { new ToolDispatcher(ctx).cleanup() }',
      ),
    })
    expect(texts['Add.svelte']).toBe(
      component(
        "import { UnifiedToolDispatcher } from '@switchyard/dispatcher'",
        'function load(ctx) { UnifiedToolDispatcher.createForUser(ctx).dispose() }',
      ),
    )
  })

  it.each([
    ['a dispatcher', 'const held = new ToolDispatcher(ctx)', '{{ held.getMetrics().toolsExecuted }}', 'held'],
    [
      'a result',
      "const held = new ToolDispatcher(ctx)\nconst shown = await held.dispatch('add')",
      '{{ shown.payload.result }}',
      'shown',
    ],
    [
      'a result that is assigned',
      "let shown\nasync function load() { shown = await new ToolDispatcher(ctx).dispatch('add') }",
      '<b @click="load">{{ shown.payload }}</b>',
      'shown',
    ],
    [
      'a part of a result',
      "const { status } = await new ToolDispatcher(ctx).dispatch('add')",
      '{{ status }}',
      'status',
    ],
    [
      'a function that gives one',
      "function load() { return new ToolDispatcher(ctx).dispatch('add') }",
      '<b @click="load().then(show)" />',
      'load',
    ],
    [
      'an export',
      'const held = new ToolDispatcher(ctx)\nheld.cleanup()',
      '{{ typeof ToolDispatcher }}',
      'ToolDispatcher',
    ],
  ])('stays where its template uses %s', async (_, script, template, name) => {
    const text = `<script setup>\nimport { ToolDispatcher } from '@switchyard/legacy'\nconst { ctx } = defineProps(['ctx'])\n${script}\n</script>\n<template>${template}</template>\n`
    const { texts, findings } = await migrated({ 'Add.vue': text })
    expect(texts['Add.vue']?.replaceAll(/^ *\/\/ @switchyard-todo .*\n/gm, '')).toBe(text)
    expect(findings.map(({ kind, message }) => [kind, message])).toContainEqual([
      'todo',
      `the template of this component uses ${name}; change both by hand`,
    ])
  })

  it('keeps an import that its template alone uses', async () => {
    const text =
      "<script setup>\nimport { ToolStatus } from '@switchyard/legacy'\n</script>\n<template>{{ ToolStatus.SUCCESS }}</template>\n"
    const { texts, findings } = await migrated({ 'Add.vue': text })
    expect(texts['Add.vue']).toContain("import { ToolStatus } from '@switchyard/legacy'")
    expect(findings).toMatchObject([{ kind: 'todo', line: 2 }])
  })

  it('holds back what another file gives to it', async () => {
    const files = {
      'tsconfig.json': tsconfig,
      'src/made.ts':
        "import { ToolDispatcher, UserExecutionContext } from '@switchyard/legacy'\nexport const made = new ToolDispatcher(UserExecutionContext.create({ userId: 'u-1', threadId: 't-1', runId: 'r-1' }))\n",
      'src/Shown.vue':
        '<script setup lang="ts">\nimport { made } from \'./made\'\n</script>\n<template>{{ made.getAvailableTools() }}</template>\n',
    }
    const { texts } = await migrated(files)
    expect(texts['src/made.ts']).toContain('new ToolDispatcher(')
    expect(texts['src/Shown.vue']).toContain('the template of this component uses made')
  })

  it('moves together with what another file gives to it', async () => {
    const { texts } = await migrated({
      'tsconfig.json': tsconfig,
      'src/made.ts':
        "import { ToolDispatcher, UserExecutionContext } from '@switchyard/legacy'\nexport const made = new ToolDispatcher(UserExecutionContext.create({ userId: 'u-1', threadId: 't-1', runId: 'r-1' }))\n",
      'src/Shown.vue':
        '<script setup lang="ts">\nimport { made } from \'./made\'\nconst names = made.getAvailableTools()\n</script>\n<template>{{ names }}</template>\n',
    })
    expect(texts['src/made.ts']).toContain('UnifiedToolDispatcher.createForUser(')
    expect(texts['src/Shown.vue']).toContain('const names = [...made.availableTools]')
  })

  it('is found by the tsconfig of its neighbours in a solution', async () => {
    const { texts } = await migrated({
      'tsconfig.json': JSON.stringify({ files: [], references: [{ path: './tsconfig.app.json' }] }),
      'tsconfig.app.json': tsconfig,
      'src/made.ts':
        "import { ToolDispatcher, UserExecutionContext } from '@switchyard/legacy'\nexport const made = new ToolDispatcher(UserExecutionContext.create({ userId: 'u-1', threadId: 't-1', runId: 'r-1' }))\n",
      'src/Shown.vue':
        '<script setup lang="ts">\nimport { made } from \'./made\'\nconst names = made.getAvailableTools()\n</script>\n<template>{{ names }}</template>\n',
    })
    expect(texts['src/made.ts']).toContain('UnifiedToolDispatcher.createForUser(')
    expect(texts['src/Shown.vue']).toContain('const names = [...made.availableTools]')
  })

  it('is left where an edit would reach into its tags', async () => {
    const text = "<script\n>import '@switchyard/legacy'\nexport default {}\n</script>\n"
    const { texts, findings } = await migrated({ 'Add.vue': text })
    expect(texts['Add.vue']).toBe(text)
    expect(findings).toMatchObject([{ file: 'Add.vue', kind: 'skipped', rule: 'not-written' }])
  })

  it('is reported with its line where it does not parse', async () => {
    const root = project({
      'Add.vue': "<template/>\n<script>\nimport { ToolDispatcher } from '@switchyard/legacy'\nconst = 1\n</script>\n",
    })
    const { result } = await migrate({ cwd: root })
    expect(result.findings).toMatchObject([{ file: 'Add.vue', line: 4, kind: 'failed', rule: 'parse-error' }])
  })

  it('is audited with the places of its file', async () => {
    const root = project({ 'Add.vue': vue(load, '\n') })
    const { result } = await audit({ cwd: root })
    expect(result.findings.map(({ file, line }) => [file, line])).toContainEqual(['Add.vue', 7])
    expect(result.findings.every(({ file }) => file === 'Add.vue')).toBe(true)
  })
})

describe('moduleOf()', () => {
  it.each([
    ['<script>a()</script><script setup>b()</script>', ['a()', 'b()']],
    ['<script\n  lang="ts"\n>\na()\n</script>', ['\na()\n']],
    ['<template><script-like>no()</script-like></template>', []],
    ['<script src="./other.js" /><p>text</p>', []],
    ['<script title="a > b">a()</script>', ['a()']],
    ["<style>p::after { content: '<script>no()</script>' }</style>", []],
  ])('keeps the positions of the scripts in %s', (text, scripts) => {
    const module = moduleOf({ path: 'A.vue', text })
    expect(module.text).toHaveLength(text.length)
    expect(module.scripts.map(({ start, end }) => module.text.slice(start, end))).toEqual(scripts)
    expect(module.text.replaceAll(/\/\*.*?\*\/|\/\/.*|\s/g, '')).toBe(scripts.join('').replaceAll(/\s/g, ''))
  })

  const property = (template: string) => [
    ...template.split('\n'),
    '<script setup lang="ts">',
    "import type { ToolDispatcher } from '@switchyard/legacy'",
    'const props = defineProps<{ dispatcher: ToolDispatcher }>()',
    "const load = async () => (await props.dispatcher.dispatch('add')).status === 'success'",
    '</script>',
    '',
  ]

  it('leaves a property of a macro whose type is not known on its facade, and says so', async () => {
    const text = property('').join('\n')
    const { texts, findings } = await migrated({ 'tsconfig.json': tsconfig, 'src/Property.vue': text })
    expect(texts['src/Property.vue']).toContain("from '@switchyard/legacy'")
    expect(texts['src/Property.vue']).toContain("props.dispatcher.dispatch('add')")
    expect(findings).toContainEqual(expect.objectContaining({ file: 'src/Property.vue', line: 4, kind: 'todo' }))
  })

  const macros = 'declare function defineProps<Properties>(): Properties\n'

  it('leaves a property on its facade, since the templates of other components give it', async () => {
    const svelte = (declaration: string) =>
      [
        '<script lang="ts">',
        "  import type { ToolDispatcher } from '@switchyard/legacy'",
        `  ${declaration}`,
        "  const load = async () => (await d.dispatch('add')).status === 'success'",
        '</script>',
        '',
      ].join('\n')
    const files = {
      'tsconfig.json': tsconfig,
      'src/macros.d.ts': `${macros}declare function $props(): any\n`,
      'src/Property.vue': property('').join('\n'),
      'src/Old.svelte': svelte('export let d: ToolDispatcher'),
      'src/New.svelte': svelte('let { d }: { d: ToolDispatcher } = $props()'),
    }
    const { texts, findings } = await migrated(files)
    for (const [file, name] of [
      ['src/Property.vue', 'dispatcher'],
      ['src/Old.svelte', 'd'],
      ['src/New.svelte', 'd'],
    ] as const) {
      expect(texts[file]).toContain("from '@switchyard/legacy'")
      expect(texts[file]).toContain(`${name}.dispatch('add')`)
      expect(findings).toContainEqual(
        expect.objectContaining({
          file,
          message: `templates give ${name} to this component; change it with them by hand`,
        }),
      )
    }
  })

  it('leaves a property that the template uses on its facade, with its uses', async () => {
    const text = property('<template><a @click="dispatcher.dispatch(1)" /></template>').join('\n')
    const { texts } = await migrated({
      'tsconfig.json': tsconfig,
      'src/macros.d.ts': macros,
      'src/Property.vue': text,
    })
    expect(texts['src/Property.vue']).toContain("from '@switchyard/legacy'")
    expect(texts['src/Property.vue']).toContain("props.dispatcher.dispatch('add')")
  })

  const create = "new ToolDispatcher(UserExecutionContext.create({ userId: 'u', threadId: 't', runId: 'r' }))"
  const imports = [
    "import { ToolDispatcher } from '@switchyard/legacy'",
    "import { UserExecutionContext } from '@switchyard/dispatcher'",
  ]
  const go = "async (x: ToolDispatcher) => { if ((await x.dispatch('add')).status === 'success') console.log(1) }"

  it('leaves a function that the template calls on its facade, with what it is given', async () => {
    const template = ['<template><a @click="go(held)" /></template>', '<script setup lang="ts">']
    const script = [...imports, `const held = ${create}`, `const go = ${go}`, '</script>', '']
    const { texts } = await migrated({
      'tsconfig.json': tsconfig,
      'src/Caller.vue': [...template, ...script].join('\n'),
    })
    expect(texts['src/Caller.vue']).toContain(go)
    expect(texts['src/Caller.vue']).toContain(`const held = ${create}`)
  })

  const given = `const go = ${go}`
  it.each([
    ['Exposed.vue', ['<script setup lang="ts">', ...imports, given, 'defineExpose({ go })', '</script>']],
    ['Renamed.vue', ['<script setup lang="ts">', ...imports, given, 'defineExpose({ start: go, at: 1 })', '</script>']],
    ['Inline.vue', ['<script setup lang="ts">', ...imports, `defineExpose({ go: ${go} })`, '</script>']],
    [
      'Setup.vue',
      [
        '<script lang="ts">',
        ...imports,
        'export default { setup(_: unknown, { expose }: { expose(it: object): void }) {',
        given,
        'expose({ go }) } }',
        '</script>',
      ],
    ],
    [
      'Returned.vue',
      ['<script lang="ts">', ...imports, 'export default { setup() {', given, 'return { go } } }', '</script>'],
    ],
    ['Methods.vue', ['<script lang="ts">', ...imports, `export default { methods: { go: ${go} } }`, '</script>']],
    ['Exported.svelte', ['<script lang="ts">', ...imports, `export ${given}`, '</script>']],
    [
      'Function.svelte',
      [
        '<script lang="ts">',
        ...imports,
        'export async function go(x: ToolDispatcher) { return x.isActive() }',
        '</script>',
      ],
    ],
  ])('leaves a function that other components reach through a ref on its facade (%s)', async (name, lines) => {
    const file = `src/${name}`
    const text = [...lines, ''].join('\n')
    const declared = 'declare function defineExpose(exposed: object): void\n'
    const { texts, findings } = await migrated({ 'tsconfig.json': tsconfig, 'src/macros.d.ts': declared, [file]: text })
    expect(texts[file]).toMatch(/dispatch\('add'\)|isActive\(\)/u)
    expect(texts[file]).toContain("from '@switchyard/legacy'")
    expect(findings).toContainEqual(
      expect.objectContaining({
        file,
        message: 'other components may use go of this one through a ref; change it with them by hand',
      }),
    )
  })

  it('changes what is used in the component alone, beside what others reach through a ref', async () => {
    const own = `export const own = async () => { const held = ${create}\nreturn held.isActive() }`
    const text = [
      '<script setup lang="ts">',
      ...imports,
      own.replace('export ', ''),
      'defineExpose({ at: 1 })',
      '</script>',
      '',
    ]
    const { texts, findings } = await migrated({ 'tsconfig.json': tsconfig, 'src/Own.vue': text.join('\n') })
    expect(texts['src/Own.vue']).toContain('return held.isActive }')
    expect(findings).toEqual([])
  })

  it('leaves what a template uses of another file on its facade, in that file too', async () => {
    const library = [...imports, `export const make = () => [${create}]`, `export const go = ${go}`, ''].join('\n')
    const component = [
      '<script lang="ts">',
      "  import { go, make } from './library'",
      '</script>',
      '{#each make() as held}<a on:click={() => go(held)}>{held.getMetrics().toolsExecuted}</a>{/each}',
      '',
    ].join('\n')
    const files = { 'tsconfig.json': tsconfig, 'src/library.ts': library, 'src/Caller.svelte': component }
    const { texts, findings } = await migrated(files)
    expect(texts['src/library.ts']).toContain(`export const make = () => [${create}]`)
    expect(texts['src/library.ts']).toContain(go)
    expect(findings).toContainEqual(expect.objectContaining({ file: 'src/Caller.svelte', line: 2, kind: 'todo' }))
    expect(findings.map(({ message }) => message).join('\n')).not.toContain('Caller.svelte.ts')
  })
})
