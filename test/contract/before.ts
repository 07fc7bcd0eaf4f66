/**
 * What the conformance kit finds in the five dispatchers as they were (`test/fixtures/before`), case by case. Two of them
 * are there twice: unified also with a transport always at hand, since without one nothing runs; request-scoped on the
 * registry that its tests gave it, and on the one that it had. `-`: never claimed to be able to do that.
 */
const table = `
case                                                   unified  unified+transport  legacy  request-scoped  request-scoped+registry  core  enhanced
multiple-implementation/one-object                     passes   passes             passes  passes          FAILS                    passes  FAILS
multiple-implementation/own-object                     passes   passes             passes  passes          passes                   passes  passes
multiple-implementation/result                         FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
multiple-implementation/promised-result                FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
multiple-implementation/empty-result-undefined         FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
multiple-implementation/empty-result-null              FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
multiple-implementation/empty-result-0                 FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
multiple-implementation/empty-result-text              FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
multiple-implementation/empty-result-false             FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
multiple-implementation/result-like-an-error           FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
multiple-implementation/unknown-tool                   passes   passes             passes  passes          FAILS                    passes  FAILS
multiple-implementation/inherited-name-constructor     passes   passes             passes  passes          FAILS                    passes  FAILS
multiple-implementation/inherited-name-__proto__       passes   passes             passes  passes          FAILS                    passes  FAILS
multiple-implementation/inherited-name-toString        passes   passes             passes  passes          FAILS                    passes  FAILS
multiple-implementation/inherited-name-hasOwnProperty  passes   passes             passes  passes          FAILS                    passes  FAILS
multiple-implementation/thrown-error                   FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
multiple-implementation/rejection                      FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
multiple-implementation/thrown-text                    FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
multiple-implementation/bad-input                      FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
multiple-implementation/converted-input                FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
multiple-implementation/broken-schema                  passes   FAILS              FAILS   passes          FAILS                    FAILS  FAILS
multiple-implementation/untouched-parameters           FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
multiple-implementation/denied                         FAILS    FAILS              FAILS   -               -                        -     FAILS
multiple-implementation/broken-policy                  FAILS    FAILS              FAILS   -               -                        -     FAILS
multiple-implementation/missing-role                   FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
multiple-implementation/timeout                        FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
multiple-implementation/signalled-timeout              FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
multiple-implementation/abort                          FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
multiple-implementation/aborted-before                 FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
multiple-implementation/registered                     FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
multiple-implementation/same-with-events               FAILS    passes             FAILS   passes          FAILS                    FAILS  FAILS
import-path/each-user                                  passes   passes             passes  passes          passes                   passes  passes
import-path/events                                     passes   passes             passes  passes          FAILS                    FAILS  FAILS
import-path/tools                                      passes   passes             passes  passes          FAILS                    passes  FAILS
import-path/admin                                      passes   passes             -       -               -                        -     FAILS
import-path/limits                                     passes   passes             passes  -               -                        -     passes
import-path/later                                      passes   passes             passes  passes          FAILS                    -     FAILS
import-path/at-once                                    passes   passes             passes  passes          passes                   passes  passes
factory-conflict/tools                                 FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
factory-conflict/no-tools                              passes   passes             passes  passes          FAILS                    passes  FAILS
factory-conflict/context                               FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
factory-conflict/events                                passes   passes             FAILS   FAILS           FAILS                    passes  FAILS
factory-conflict/no-context-1                          passes   passes             FAILS   passes          passes                   passes  passes
factory-conflict/no-context-2                          passes   passes             FAILS   passes          passes                   passes  passes
factory-conflict/no-context-3                          passes   passes             passes  passes          passes                   passes  passes
factory-conflict/no-context-4                          passes   passes             passes  passes          passes                   passes  passes
factory-conflict/no-context-5                          passes   passes             passes  passes          passes                   passes  passes
factory-conflict/look-alike-context                    FAILS    FAILS              FAILS   FAILS           passes                   FAILS  passes
factory-conflict/placeholder-context                   FAILS    FAILS              FAILS   FAILS           passes                   FAILS  passes
factory-conflict/broken-tool                           FAILS    FAILS              FAILS   FAILS           passes                   FAILS  passes
factory-conflict/concurrency                           FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
factory-conflict/full-queue                            FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
factory-conflict/rate                                  FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
factory-conflict/sizes                                 FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
factory-conflict/default-timeout                       FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
factory-conflict/tool-timeout                          FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
factory-conflict/policy                                FAILS    FAILS              FAILS   -               -                        -     FAILS
factory-conflict/admin-refused                         FAILS    FAILS              -       -               -                        -     FAILS
factory-conflict/admin-tools                           FAILS    FAILS              -       -               -                        -     FAILS
factory-conflict/at-once                               FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
factory-conflict/disposed                              passes   passes             passes  passes          FAILS                    -     FAILS
event-routing/pair-success                             FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/pair-failure                             FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/pair-unknown                             passes   passes             FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/pair-bad-input                           FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/pair-timeout                             FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/pair-abort                               FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/pair-denied                              FAILS    FAILS              FAILS   -               -                        -     FAILS
event-routing/pair-full                                FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/pair-disposed                            FAILS    FAILS              FAILS   FAILS           FAILS                    -     FAILS
event-routing/rate-limited                             FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/before                                   passes   passes             FAILS   FAILS           FAILS                    passes  FAILS
event-routing/settled-before                           passes   passes             FAILS   FAILS           FAILS                    passes  FAILS
event-routing/parameters                               passes   passes             FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/result                                   FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/one-id                                   FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/order                                    passes   passes             FAILS   FAILS           FAILS                    passes  FAILS
event-routing/no-transport                             FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
event-routing/sink-throwing                            FAILS    FAILS              passes  FAILS           FAILS                    passes  FAILS
event-routing/sink-rejecting                           FAILS    FAILS              passes  FAILS           FAILS                    passes  FAILS
event-routing/sink-hanging                             FAILS    FAILS              passes  FAILS           FAILS                    FAILS  FAILS
event-routing/sink-false-returning                     FAILS    FAILS              passes  FAILS           FAILS                    passes  FAILS
event-routing/ten-at-once                              FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/thousand-at-once                         FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/late-result                              FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/secrets                                  FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
event-routing/any-value                                FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
user-isolation/tools                                   FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
user-isolation/same-user-tools                         passes   passes             passes  passes          FAILS                    passes  FAILS
user-isolation/later-tools                             passes   passes             passes  passes          FAILS                    passes  FAILS
user-isolation/same-name                               FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
user-isolation/events                                  passes   passes             FAILS   FAILS           FAILS                    FAILS  FAILS
user-isolation/one-sink                                FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
user-isolation/context                                 FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
user-isolation/frozen-context                          FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
user-isolation/limits                                  FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
user-isolation/shared-limits                           FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
user-isolation/rights                                  FAILS    FAILS              -       -               -                        -     FAILS
user-isolation/given-tools                             FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
user-isolation/given-tool                              FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
user-isolation/given-parameters                        FAILS    FAILS              FAILS   -               -                        -     FAILS
user-isolation/shown-parameters                        FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
user-isolation/events-are-copies                       passes   passes             passes  FAILS           FAILS                    passes  FAILS
user-isolation/dispose                                 FAILS    passes             passes  FAILS           FAILS                    -     FAILS
user-isolation/failure                                 FAILS    passes             passes  FAILS           FAILS                    passes  FAILS
user-isolation/many-users                              FAILS    FAILS              FAILS   FAILS           FAILS                    FAILS  FAILS
user-isolation/any-interleaving                        passes   passes             passes  passes          FAILS                    passes  FAILS
`

/** The ids of the cases that one of the originals fails, and of those that it cannot be asked. */
export interface ResultsBefore {
  readonly subject: string
  readonly failed: readonly string[]
  readonly skipped: readonly string[]
}

const [head = [], ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/ +/u))

/** The ids of all cases, in the order of the table. */
export const casesBefore: readonly string[] = rows.map(([id = '']) => id)

/** A column of the table each. */
export const resultsBefore: readonly ResultsBefore[] = head.slice(1).map((subject, column) => {
  const idsOf = (word: string) => rows.filter((cells) => cells[column + 1] === word).map(([id = '']) => id)
  const rest = rows.length - idsOf('passes').length - idsOf('FAILS').length - idsOf('-').length
  if (rest > 0) throw new Error(`${subject} has ${rest} cells that are none of: passes, FAILS, -`)
  return { subject, failed: idsOf('FAILS'), skipped: idsOf('-') }
})
