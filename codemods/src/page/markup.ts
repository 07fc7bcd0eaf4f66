/** HTML that may be put into a page as it is. */
export class Markup {
  readonly text: string

  private constructor(text: string) {
    this.text = text
  }

  /** What {@link markup} calls; text that was written by hand. */
  static of(text: string): Markup {
    return new Markup(text)
  }
}

type Value = Markup | string | number | readonly (Markup | string)[]

/** A template of HTML: what is put into it is escaped, unless it is markup itself. */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return Markup.of(parts.map((part, at) => part + shown(values[at] ?? '')).join(''))
}

/** No markup at all. */
export const nothing = Markup.of('')

function shown(value: Value): string {
  if (value instanceof Markup) return value.text
  if (typeof value === 'object') return value.map(shown).join('')
  return String(value).replaceAll(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`)
}
