"""Give the page its looks: light and dark, narrow and wide, on screen and on paper."""

import base64
import hashlib

_LIGHT = """
  --page: #f5f6f8; --card: #ffffff; --ink: #16202e; --soft: #56637a; --line: #dfe4ec;
  --track: #e9edf3; --good: #15803d; --plain: #5b8c0a; --open: #4d9a6d; --fair: #b45309;
  --bad: #b91c1c; --calm: #7c8aa0; --now: #2563a8; --focus: #1d4ed8;
"""
_DARK = """
  --page: #0f141b; --card: #18202b; --ink: #e8edf4; --soft: #9fadc1; --line: #2c3746;
  --track: #263142; --good: #3fb56b; --plain: #9ccc4b; --open: #7fcf9f; --fair: #e8a14a;
  --bad: #f2736f; --calm: #8695ad; --now: #6ba6ea; --focus: #93c5fd;
"""
_BASE = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.5;
  font: 15px/1.5 "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
  "Source Han Sans SC", system-ui, sans-serif; }
main { max-width: 1060px; margin: 0 auto; padding: 24px 20px 40px; }
h1 { font-size: 26px; line-height: 1.25; margin: 2px 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0 0 12px; }
p { margin: 6px 0; }
.soft, caption, .unit, figcaption { color: var(--soft); }
header { display: flex; flex-wrap: wrap; gap: 12px 24px; justify-content: space-between;
  align-items: flex-start; margin-bottom: 16px; }
.title { flex: 1 1 320px; min-width: 0; }
.title p { margin: 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 18px 20px; margin: 0 0 16px; }
"""
_SWITCH = """
.pick { position: absolute; opacity: 0; width: 1px; height: 1px; }
.languages { display: flex; border: 1px solid var(--line); border-radius: 8px; overflow: hidden;
  background: var(--card); }
.languages label { padding: 6px 14px; cursor: pointer; color: var(--soft); }
#language-en:checked ~ main label[for="language-en"],
#language-zh:checked ~ main label[for="language-zh"] { background: var(--ink);
  color: var(--card); font-weight: 600; }
#language-en:focus-visible ~ main .languages,
#language-zh:focus-visible ~ main .languages { outline: 3px solid var(--focus); }
#language-en:checked ~ main .zh, #language-zh:checked ~ main .en { display: none; }
"""
_FIGURES = """
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px;
  margin: 0 0 16px; }
.tile { border-left: 4px solid var(--calm); padding: 2px 0 2px 12px; }
.tile dt { color: var(--soft); font-size: 13px; }
.tile dd { margin: 0; font-size: 25px; font-weight: 650; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.tile small { display: block; font-size: 13px; font-weight: 400; color: var(--soft); }
.tile.good { border-color: var(--good); } .tile.plain { border-color: var(--plain); }
.tile.bad { border-color: var(--bad); } .tile.fair { border-color: var(--fair); }
.tile.open { border-color: var(--open); }
.say { font-weight: 600; } .say.bad { color: var(--bad); } .say.fair { color: var(--fair); }
.say.good { color: var(--good); }
svg { display: block; width: 100%; }
.bar { height: 12px; border-radius: 3px; } .strip .bar { height: 26px; border-radius: 5px; }
rect.track { fill: var(--track); } rect.good { fill: var(--good); }
rect.plain { fill: var(--plain); } rect.open { fill: var(--open); } rect.fair { fill: var(--fair); }
rect.bad { fill: var(--bad); } rect.calm { fill: var(--calm); } rect.now { fill: var(--now); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; margin: 10px 0 0;
  padding: 0; font-size: 14px; }
.legend li { display: flex; align-items: center; gap: 6px; }
.legend .bar { width: 12px; flex: none; }
"""
_TABLES = """
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th, td { text-align: left; padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: anywhere; }
thead th { color: var(--soft); font-weight: 600; font-size: 13px; overflow-wrap: normal; }
tbody th { font-weight: 600; min-width: 9em; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; overflow-wrap: normal; }
td.drawn { width: 34%; vertical-align: middle; min-width: 80px; }
td.code { white-space: nowrap; font-family: ui-monospace, Consolas, "Liberation Mono", monospace;
  font-size: 13px; max-width: 180px; overflow: hidden; text-overflow: ellipsis; }
tr:last-child > * { border-bottom: 0; } table + table, p + table { margin-top: 16px; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 0;
  font-size: 14px; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; }
"""
_TIMELINE = """
figure { margin: 0; } .unit { font-size: 13px; margin-bottom: 4px; }
.plot { display: flex; gap: 8px; height: 190px; } .plot svg { flex: 1; height: 100%; min-width: 0; }
.ticks { display: flex; flex-direction: column; justify-content: space-between;
  text-align: right; font-size: 12px; color: var(--soft); font-variant-numeric: tabular-nums; }
.ticks span { line-height: 1; }
.times { display: flex; justify-content: space-between; gap: 8px; font-size: 12px;
  color: var(--soft); margin: 6px 0 8px 40px; font-variant-numeric: tabular-nums; }
line { vector-effect: non-scaling-stroke; stroke: var(--line); stroke-width: 1; }
line.base { stroke: var(--calm); }
line.limit { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 6 4; }
figcaption { font-size: 14px; }
"""
_NARROW = """
@media (max-width: 640px) {
  main { padding: 14px 10px 28px; } section { padding: 14px 12px; } h1 { font-size: 22px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  table:not(.grid) thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px;
    overflow: hidden; }
  table:not(.grid) tbody tr { display: grid; gap: 2px 12px; padding: 9px 0;
    grid-template-columns: minmax(0, 1fr) auto auto auto; border-bottom: 1px solid var(--line); }
  table:not(.grid) tbody tr:last-child { border-bottom: 0; }
  table:not(.grid) :is(th, td) { border: 0; padding: 0; }
  table:not(.grid) td.number { min-width: 3.6em; }
  td.drawn, td.wide { grid-column: 1 / -1; width: auto; }
  .scroll { overflow-x: auto; } .grid th, .grid td { min-width: 5em; }
  td.code { grid-column: 1 / -1; grid-row: 2; } td:empty { display: none; }
  .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: 6px; }
}
"""
_PAPER = """
@page { size: A4; margin: 14mm 12mm; }
@media print {
  body { background: none; font-size: 10.5pt; } main { max-width: none; padding: 0; }
  section { border: 0; padding: 0; margin: 0 0 7mm; } .languages, .pick { display: none; }
  .tiles { grid-template-columns: repeat(3, 1fr); }
  h2 { break-after: avoid; } tr, figure, .tiles, .strip { break-inside: avoid; }
  table:not(:has(tr:nth-child(13))) { break-inside: avoid; }
  thead { display: table-header-group; } table { font-size: 9.5pt; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""

STYLE = "".join(
    (
        f":root {{ color-scheme: light dark;{_LIGHT}}}",
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{{_DARK}}} }}",
        *(_BASE, _SWITCH, _FIGURES, _TABLES, _TIMELINE, _NARROW, _PAPER),
    )
)
"""All rules of the page."""

_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
"""What the page lets a browser do: show these very rules, and nothing else."""
