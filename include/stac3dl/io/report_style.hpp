/// io/report_style.hpp - the style sheet of a report: quiet, light or dark as the system is, one column on a phone.
///
/// Colours are variables; a drawing's classes (io/svg.hpp) take theirs from them.  The five series differ in lightness,
/// too, and lines that could be confused are dashed.
#pragma once

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The text of the style sheet.
inline constexpr const char* report_style = R"css(
:root{color-scheme:light dark;--paper:#fbfaf7;--card:#fff;--ink:#1c2430;--soft:#56606e;--rule:#dfe3e8;--grid:#e8ebef;
--axis:#7a8594;--s0:#0b63a5;--s1:#c04a00;--s2:#00735a;--s3:#a8417c;--s4:#7d6200;--faint:#aab2bd;--on:#fff;--focus:#0b63a5}
@media (prefers-color-scheme:dark){:root{--paper:#14171c;--card:#1b1f26;--ink:#e6e8eb;--soft:#a3abb6;--rule:#2f3641;
--grid:#2a303a;--axis:#7d8896;--s0:#6db3f2;--s1:#ff9a57;--s2:#4ccfa4;--s3:#ee93c4;--s4:#ddbf50;--faint:#5c6673;--on:#10141a;
--focus:#8cc4f7}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
h1,h2,h3{font-family:ui-serif,Charter,Georgia,"Noto Serif","DejaVu Serif",serif;font-weight:600;line-height:1.2;margin:0;
overflow-wrap:anywhere}
h1{font-size:clamp(1.7rem,4.5vw,2.4rem)}h2{font-size:1.5rem;margin:0 0 .6rem}h3{font-size:1.06rem;margin:0 0 .35rem}
p{margin:0 0 .8rem;max-width:68ch}
a{color:var(--s0)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999px}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:9}
header,main,footer{max-width:1120px;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.4rem}
footer{color:var(--soft);font-size:.9rem;padding-bottom:2.5rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:1rem 0 0;padding:.7rem 0;border-block:1px solid var(--rule)}
section.part{margin:2.4rem 0}
dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:1rem 1.6rem;margin:1.2rem 0 0}
dl.facts dt{color:var(--soft);font-size:.86rem}dl.facts dd{margin:0;font-size:1.06rem;overflow-wrap:anywhere}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:1.25rem;align-items:start}
figure,.card{margin:0;min-width:0;background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:1rem 1.1rem}
figcaption p{margin:0 0 .6rem;color:var(--soft);font-size:.94rem}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font:13px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
svg .sm{font-size:11px}
.tx{fill:var(--ink)}.tm{fill:var(--soft)}.on{fill:var(--on)}.ax{stroke:var(--axis);fill:none}
.gr{stroke:var(--grid);fill:none}
.c0{stroke:var(--s0)}.c1{stroke:var(--s1)}.c2{stroke:var(--s2)}.c3{stroke:var(--s3)}.c4{stroke:var(--s4)}
.cm{stroke:var(--faint)}
.f0{fill:var(--s0)}.f1{fill:var(--s1)}.f2{fill:var(--s2)}.f3{fill:var(--s3)}.f4{fill:var(--s4)}.fm{fill:var(--faint)}
.line{fill:none;stroke-width:2;stroke-linejoin:round}.thin{fill:none;stroke-width:1}.dash{stroke-dasharray:5 4}
.over{paint-order:stroke;stroke:var(--card);stroke-width:3px}.hot{fill:#ff9100}
.halo{stroke:#fff;fill:none;stroke-linecap:round}.kp{stroke:#9a3cf0;fill:#9a3cf0;stroke-linecap:round}
.kt{stroke:#1c0630;fill:none}
.now{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:2 3}
details{margin-top:.6rem;font-size:.92rem}summary{cursor:pointer;color:var(--soft);padding:.25rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem;width:100%}
th,td{padding:.32rem .7rem .32rem 0;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
th{font-weight:600}thead th{color:var(--soft);font-weight:500}
th:first-child,td:first-child{text-align:left}
td.note{text-align:left;white-space:normal;color:var(--soft);min-width:12rem;padding-left:.7rem}
table.noted th:last-child{text-align:left;padding-left:.7rem}table.noted{max-width:52rem}
.verdict{font-size:1.06rem}
.player{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:1.2rem;margin-bottom:1.25rem}
.stages{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:.9rem;align-content:start}
.stages div{min-width:0}.stages p{margin:.2rem 0 0;color:var(--soft);font-size:.88rem}
canvas{display:block;max-width:100%;max-height:24rem;border-radius:6px;background:#20242b}
.controls{grid-column:1/-1;display:grid;gap:.6rem}
.row{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.1rem}
.row fieldset{border:0;padding:0;margin:0;display:flex;flex-wrap:wrap;gap:.3rem 1rem}
.row legend{float:left;padding:0;margin-right:.9rem;color:var(--soft)}
label{display:inline-flex;align-items:center;gap:.4rem;min-height:28px}
input[type=range]{width:100%;min-height:28px;accent-color:var(--s0);margin:0}
button,select{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--axis);border-radius:6px;padding:.3rem .8rem;min-height:34px}
.bars{display:grid;gap:.3rem;align-content:start}
.bars .bar{display:grid;grid-template-columns:minmax(0,11rem) 1fr 3.4rem;gap:.6rem;align-items:center;font-size:.9rem}
.bars .bar span:first-child{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bars i{display:block;height:.75rem;background:var(--s0);border-radius:2px;min-width:1px}
.bars .truth i{background:var(--s2)}
.bars b{font-weight:400;text-align:right;font-variant-numeric:tabular-nums}
.bars h4{margin:.6rem 0 .1rem;font-size:.92rem;font-weight:600}.bars h4:first-child{margin-top:0}
.clock{font-variant-numeric:tabular-nums;color:var(--soft)}
@media (max-width:760px){svg text{font-size:15px}svg .sm{font-size:13px}.player{grid-template-columns:1fr}header,main,footer{padding-inline:1rem}
figure,.card{padding:.8rem}.bars .bar{grid-template-columns:minmax(0,10.5rem) 1fr 3.2rem}
.noted thead{position:absolute;left:-999px}.noted tr{display:grid;grid-template-columns:1fr auto 7rem;border-bottom:1px solid var(--rule)}
.noted :is(th,td){border:0;padding-right:.4rem}.noted td.note{grid-column:1/-1;padding:0 0 .4rem}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{nav,.controls,.skip{display:none}figure{break-inside:avoid}}
)css";

STAC3DL_NAMESPACE_END
