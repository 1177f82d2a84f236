/** The style sheet of report.html: light, dark, phone and paper. */
import { ALARM, darkRules, FONT, tintOfDesign } from './charts/theme.ts';

const PALETTE_LIGHT =
  '--paper:#f6f7f9;--card:#fefefe;--ink:#1d2430;--muted:#5a6475;--line:#dfe3ea;--soft:#eef1f5;--good:#0b6e4f;--good-bg:#e2f4ec;--bad:#a8201a;--bad-bg:#fdeae8;--warn:#7a5200;--warn-bg:#fdf3d8;--link:#1668c1;';
const PALETTE_DARK =
  '--paper:#0f1216;--card:#171b22;--ink:#e7eaf0;--muted:#a5afbf;--line:#2e3541;--soft:#1f252e;--good:#6fdcae;--good-bg:#12352a;--bad:#ff9d94;--bad-bg:#40191a;--warn:#f1cd73;--warn-bg:#3a2e0f;--link:#63b0ff;';

function designRules(pick: 'light' | 'dark'): string {
  return Array.from({ length: 8 }, (_, index) => `.d${index}{--design:${tintOfDesign(index)[pick]}}`).join('');
}

export function styleSheet(): string {
  return `
:root{color-scheme:light dark;${PALETTE_LIGHT}}
${designRules('light')}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 ${FONT};font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main,header.top,footer{max-width:60rem;margin:0 auto;padding:0 1.25rem}
header.top{padding-top:3rem}
.kicker{margin:0;color:var(--muted);font-size:.8rem;letter-spacing:.06em;text-transform:uppercase}
h1{margin:.3rem 0 .6rem;font-size:2.15rem;line-height:1.15;letter-spacing:-.02em;text-wrap:balance}
.question{margin:0;max-width:44rem;color:var(--muted);font-size:1.12rem;text-wrap:pretty}
h2{margin:3rem 0 .9rem;font-size:1.35rem;line-height:1.25;letter-spacing:-.01em}
h3{margin:0;font-size:1.06rem;line-height:1.35;text-wrap:pretty}
p{margin:0 0 .8rem}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem}
nav{margin:1.4rem 0 0;font-size:.88rem;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem}
nav a{color:var(--muted);text-decoration:none;padding:.25rem 0}nav a:hover{color:var(--link);text-decoration:underline}
.alarm{margin:1.6rem 0 0;padding:1rem 1.2rem;border-radius:10px;background:var(--bad-bg);color:var(--bad);border:1px solid currentColor}
.alarm h2{margin:0 0 .4rem;font-size:1.05rem}.alarm ul{margin:0;padding-left:1.2rem}
.headline{margin:1.8rem 0 1.1rem;font-size:1.32rem;line-height:1.35;font-weight:600;letter-spacing:-.01em;text-wrap:balance}
.stories{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1rem}
.story{background:var(--card);border:1px solid var(--line);border-top:4px solid var(--design);border-radius:10px;padding:1rem 1.2rem 1.1rem}
.story h3{color:var(--design);margin:0 0 .45rem}
.story p{margin:0 0 .5rem;font-size:.97rem}.story p:last-child{margin:0}
.story p:first-of-type{font-size:1.06rem;font-weight:500}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:10px;margin:0 0 .6rem}
table{border-collapse:collapse;width:100%;font-size:.93rem;line-height:1.4}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{padding:.5rem .9rem;text-align:left;vertical-align:baseline;border-top:1px solid var(--line);overflow-wrap:normal}
thead th{border-top:0;color:var(--muted);font-weight:600;font-size:.84rem;vertical-align:bottom;background:var(--soft)}
tbody th{font-weight:400;overflow-wrap:anywhere;min-width:9.5rem}
tbody th.group{font-weight:600;background:var(--soft);color:var(--ink);font-size:.88rem}
.r{text-align:right}td.r{white-space:nowrap}
th.design{color:var(--ink)}
.chip{display:inline-block;width:.7em;height:.7em;border-radius:2px;background:var(--design);margin-right:.45em}
small{display:block;color:var(--muted);font-size:.82em}
.tag{display:inline-block;padding:.05rem .55rem;border-radius:99px;font-weight:600;font-size:.86em;white-space:nowrap}
.good{background:var(--good-bg);color:var(--good)}.bad{background:var(--bad-bg);color:var(--bad)}.warn{background:var(--warn-bg);color:var(--warn)}
.quiet{background:var(--soft);color:var(--muted)}td>.plain{color:var(--muted);white-space:nowrap}
.note{color:var(--muted);font-size:.86rem;max-width:46rem}
ul.plainlist{padding-left:1.2rem;margin:.8rem 0}
figure{display:block;margin:0 0 1.2rem;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.1rem 1.2rem .9rem;break-inside:avoid}
figcaption .sub{margin:.15rem 0 .6rem;color:var(--muted);font-size:.86rem}
.legend{list-style:none;margin:0 0 .7rem;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.84rem}
.legend li{display:flex;align-items:baseline;gap:.45rem}.legend svg{flex:none}
svg.chart{display:block;width:100%;height:auto;overflow:visible;font-family:${FONT}}
svg.narrow{display:none}
figure.sequence{margin-top:1.2rem}.sequence .scroll{background:none}
svg.sequence{display:block;font-family:${FONT}}
ol.tale{margin:1rem 0 0;padding-left:2rem;font-size:.93rem}ol.tale li{padding:.12rem 0}ol.tale .when{color:var(--muted)}
ol.tale .proof{color:var(--bad);font-weight:600}
.box{margin-top:3rem;padding:.2rem 1.4rem 1.2rem;border:1px solid var(--line);border-left:4px solid var(--warn);border-radius:10px;background:var(--card)}
.box h2{margin-top:1rem}.box .scroll{border-radius:8px}
pre{margin:0 0 1rem;padding:.8rem 1rem;background:var(--soft);border-radius:8px;overflow-x:auto;font:.86rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:normal}
details pre{max-height:26rem;overflow:auto}
summary{cursor:pointer;color:var(--link);margin:.4rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.4rem;margin:0 0 1rem;font-size:.93rem}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
footer{margin-top:3rem;padding-bottom:3rem;color:var(--muted);font-size:.85rem}
@media (max-width:640px){
body{font-size:15.5px}main,header.top,footer{padding:0 .9rem}header.top{padding-top:1.6rem}h1{font-size:1.65rem}.question{font-size:1.03rem}.headline{font-size:1.15rem}h2{margin-top:2.2rem}
figure{padding:.9rem .7rem .7rem}svg.wide{display:none}svg.narrow{display:block}
th,td{padding:.45rem .6rem}.box{padding:.2rem .9rem .9rem}
.wrap th,.wrap td{min-width:7.5rem}
dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}
}
@media screen and (prefers-color-scheme:dark){
:root{${PALETTE_DARK}}
${designRules('dark')}
${darkRules('svg ')}${darkRules('svg ', [ALARM])}
}
@media print{
:root{--paper:#fff;--card:#fff}body{font-size:10.5pt}nav,.skip{display:none}main,header.top,footer{max-width:none;padding:0}header.top{padding-top:0}
.scroll{overflow:visible}h2{break-after:avoid}tr,.story{break-inside:avoid}details{display:none}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`.trim();
}
