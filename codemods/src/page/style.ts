/** The style of the page: the reader's own colours, light or dark; text at a contrast of at least 4.5 to 1 in both. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f5f6f8; --ink: #1c2128; --soft: #57606a; --edge: #d5d9df;
  --facades: #0a58ca; --beside: #b45309; --good: #16703a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --raised: #1d2128; --ink: #e8eaed; --soft: #a6aeb9; --edge: #3a414c;
    --facades: #7db0ff; --beside: #f5a55b; --good: #6fd39a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 2.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .35rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .6rem; }
p { margin: .4rem 0 .8rem; max-width: 44rem; }
.soft, figcaption, caption, footer { color: var(--soft); }
code { font: .9em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; unicode-bidi: isolate; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; padding: 0; }
.tiles div { background: var(--raised); border: 1px solid var(--edge); border-radius: .6rem; padding: .9rem 1rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.tiles dt { color: var(--soft); font-size: .92rem; line-height: 1.35; }
.tiles dd { margin: 0; font-size: 2rem; font-weight: 650; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles .good dd { color: var(--good); }
.wide { overflow-x: auto; }
.wide:focus-visible, summary:focus-visible { outline: 3px solid var(--facades); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; min-width: 40rem; font-size: .95rem; }
caption { text-align: left; padding-bottom: .5rem; max-width: calc(100vw - 2.5rem); }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--edge); }
thead th { color: var(--soft); font-weight: 600; font-size: .87rem; vertical-align: bottom; }
tbody th { font-weight: 500; overflow-wrap: anywhere; min-width: 11rem; }
.number { text-align: right; width: 6.25rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
.bar { display: block; height: .35rem; margin: .35rem 0 0 auto; border-radius: .2rem; background: var(--edge); width: 5rem; }
.bar span { display: block; height: 100%; border-radius: .2rem; background: var(--facades); min-width: 2px; }
td.soft { min-width: 18rem; }
time { white-space: nowrap; }
figure { margin: 0; }
svg { display: block; width: 100%; min-width: 34rem; height: auto; }
svg text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--edge); fill: none; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.area { opacity: .22; }
.facades.area, circle.facades { fill: var(--facades); } .facades.line { stroke: var(--facades); }
.beside.area, circle.beside { fill: var(--beside); } .beside.line { stroke: var(--beside); }
.key { display: inline-block; width: .8em; height: .8em; border-radius: .15em; margin: 0 .35em 0 0; vertical-align: -.05em; }
.key.facades { background: var(--facades); } .key.beside { background: var(--beside); margin-left: 1.25em; }
details { border: 1px solid var(--edge); border-radius: .6rem; padding: .6rem 1rem; margin: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
details h3 { font-size: .95rem; font-weight: 600; margin: 1.1rem 0 .2rem; }
details ul { margin: 0; padding-left: 1.1rem; }
details li { margin: .3rem 0; }
footer { font-size: .9rem; padding-top: 2rem; padding-bottom: 3rem; }
@media print { .wide { overflow: visible; } details { border: 0; padding: 0; } }
`
