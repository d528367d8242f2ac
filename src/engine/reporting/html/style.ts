/** The sheet of the report: a document for screen and A4 paper, light and dark, with nothing fetched from anywhere. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--desk:#eceef1;--ink:#14181f;--quiet:#565f6d;--rule:#d5dae1;--wash:#f5f7f9;--accent:#123f66;
--pass:#12643c;--fail:#a3171f;--inconclusive:#85540a;--error:#5a3789;--good:#e3efe7}
@media (prefers-color-scheme:dark){:root{--paper:#171b21;--desk:#0d1014;--ink:#e7eaee;--quiet:#a3adba;--rule:#353d48;--wash:#1f252d;--accent:#8fc1ee;
--pass:#74cf9d;--fail:#ff9a97;--inconclusive:#eebb6c;--error:#c9aef3;--good:#1d3328}}
*{box-sizing:border-box}
html{background:var(--desk)}
body{margin:0;color:var(--ink);font:15px/1.5 "Noto Sans","Source Sans 3","Segoe UI","Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:62rem;margin:2rem auto;padding:3rem 3.4rem;background:var(--paper);border:1px solid var(--rule)}
h1,h2,h3{font-family:"Noto Serif","Source Serif 4",Georgia,"Times New Roman",serif;line-height:1.2;margin:0;text-wrap:balance}
h1{font-size:2.1rem;font-weight:600;overflow-wrap:anywhere}
h2{font-size:1.3rem;font-weight:600;margin:2.6rem 0 .7rem;padding-top:.8rem;border-top:2px solid var(--ink)}
h3{font-size:1.02rem;font-weight:600;margin:1.5rem 0 .45rem}
p{margin:.5rem 0;max-width:46rem}
.kind{display:flex;justify-content:space-between;gap:1rem;color:var(--quiet);font-size:.84rem;letter-spacing:.02em;border-bottom:2px solid var(--ink);padding-bottom:.55rem;margin-bottom:1.3rem}
.tier{margin:.55rem 0 1.2rem;font-size:1.02rem}
.tier b{border:1.5px solid var(--accent);color:var(--accent);padding:.05rem .5rem;margin-right:.5rem;white-space:nowrap}
dl{display:grid;grid-template-columns:10.5rem 1fr;gap:.28rem 1rem;margin:.4rem 0 0}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
code,pre{font-family:"Noto Sans Mono","DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.82em;overflow-wrap:anywhere}
pre{background:var(--wash);border:1px solid var(--rule);padding:.8rem 1rem;white-space:pre-wrap;margin:.5rem 0}
.notice{border-left:4px solid var(--accent);background:var(--wash);padding:.7rem 1rem;margin:1.3rem 0;max-width:none}
.tally{display:flex;flex-wrap:wrap;gap:.4rem 1.5rem;padding:0;margin:.3rem 0 .8rem;list-style:none}
.tally b{font-size:1.25rem;margin-right:.3rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.3rem 0 .4rem}
caption{text-align:left;color:var(--quiet);font-size:.88rem;padding-bottom:.35rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .7rem .45rem 0;border-bottom:1px solid var(--rule)}
thead th{font-size:.8rem;font-weight:600;color:var(--quiet);border-bottom:1.5px solid var(--ink);vertical-align:bottom}
tbody th{font-weight:600}
td.n,th.n,.n{text-align:right;white-space:nowrap}
.rate{display:inline-flex;align-items:center;gap:.5rem;white-space:nowrap}
td.figure{white-space:nowrap}
.small{font-size:.86rem}
.quiet{color:var(--quiet);font-weight:400}
.sentence{display:block;color:var(--quiet);font-size:.86rem;font-weight:400;max-width:30rem}td .sentence{max-width:none}
.chip{display:inline-block;white-space:nowrap;font-size:.82rem;font-weight:700;padding:.06rem .5rem;border:1.5px solid currentColor}
.pass{color:var(--pass)}.fail{color:var(--fail)}.inconclusive{color:var(--inconclusive)}.error{color:var(--error)}
.tested{color:var(--accent)}.declared,.not_assessed{color:var(--quiet)}.not_assessed{border-style:dashed}
svg.bar{display:block}
svg .good{fill:var(--good)}svg .axis{stroke:var(--rule);stroke-width:1}svg .threshold{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:3 2}
svg .range{stroke:currentColor;stroke-width:4;stroke-opacity:.45}svg .cap{stroke:currentColor;stroke-width:1.6}svg .value{fill:currentColor}
svg.bars{display:block;max-width:100%;height:auto}svg .whisker{stroke:var(--ink);stroke-width:1.4}
svg text{fill:var(--quiet);font-size:10.5px}svg .track{fill:var(--rule)}svg .fill{fill:var(--accent)}
ul.limits{padding-left:1.1rem;max-width:46rem}ul.limits li{margin:.3rem 0}
footer{margin-top:2.5rem;border-top:1px solid var(--rule);padding-top:.8rem;color:var(--quiet);font-size:.84rem}
@media (max-width:46rem){main{margin:0;padding:1.4rem 1.1rem;border:0}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}h1{font-size:1.6rem}}
@media print{@page{size:A4;margin:16mm 14mm}:root{color-scheme:light;--paper:#fff;--desk:#fff;--ink:#000;--quiet:#444;--rule:#bbb;--wash:#f4f4f4;--accent:#123f66;--pass:#12643c;--fail:#a3171f;--inconclusive:#85540a;--error:#5a3789;--good:#e3efe7}
html,body{background:#fff;font-size:9.6pt}main{margin:0;padding:0;border:0;max-width:none}tr,svg,.notice{break-inside:avoid}h2,h3{break-after:avoid}.scroll{overflow:visible}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`;
