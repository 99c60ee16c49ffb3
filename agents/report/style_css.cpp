#include "agents/report/style_css.hpp"

namespace chimera::report {

const std::string_view style_css = R"css(
:root{--ink:#1b1f24;--soft:#57606a;--paper:#fff;--line:#d0d7de;--tint:#f6f8fa;--link:#0b5cad;
--bad:#b42318;--one:#0072b2;--two:#d55e00;--three:#009e73;--four:#aa4499;--grid:#d8dee4}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b3;--paper:#0d1117;
--line:#30363d;
--tint:#161b22;--link:#6cb6ff;--bad:#ff8a80;--one:#56b4e9;--two:#f0a35e;--three:#3fc79a;
--four:#d99ad0;--grid:#2a3038}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:60rem;padding:1rem 1rem 4rem;background:var(--paper);
color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;margin:1rem 0 .6rem}
h2{font-size:1.3rem;margin:2.2rem 0 .6rem;padding-bottom:.25rem;
border-bottom:1px solid var(--line)}
h3{font-size:1.08rem;margin:1.6rem 0 .4rem}
h1+ul{list-style:none;padding:0;margin:0 0 1rem;color:var(--soft);font-size:.9rem}
h2#verdict+p{font-size:1.08rem;background:var(--tint);border-left:4px solid var(--two);
padding:.8rem 1rem;margin:.6rem 0;border-radius:0 6px 6px 0}
h2#verification+p{font-size:.85rem;color:var(--soft)}
p,ul,ol{max-width:46rem}
li{margin:.25rem 0}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--tint);
padding:.08em .3em;border-radius:4px}
.scroll{overflow-x:auto;margin:.4rem 0 1.2rem;border:1px solid var(--line);border-radius:6px}
table{border-collapse:collapse;width:100%;font-size:.86rem;overflow-wrap:normal}
th,td{padding:.35rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
tr:last-child td{border-bottom:0}
th{background:var(--tint);white-space:nowrap}
td[align=right],th[align=right]{text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}
td code{overflow-wrap:anywhere}
td:not([align=right]){min-width:8rem}
a.fact{color:var(--link);text-decoration:underline dotted;text-underline-offset:.18em;
font-variant-numeric:tabular-nums;white-space:nowrap}
a.fact:hover::after,a.fact:focus::after{content:attr(data-tip);position:fixed;left:50%;bottom:1rem;
transform:translateX(-50%);z-index:9;width:max-content;
max-width:min(46rem,calc(100vw - 2rem));white-space:normal;text-align:left;
background:var(--ink);color:var(--paper);font:.8rem/1.45 system-ui,sans-serif;
padding:.6rem .8rem;border-radius:6px;overflow-wrap:anywhere;
box-shadow:0 2px 12px rgb(0 0 0/.35);pointer-events:none}
del,.struck{color:var(--bad);text-decoration:line-through}
figure{margin:.6rem 0 1.4rem}
figure svg{width:100%;height:auto;max-width:46rem;display:block}
figcaption{font-size:.85rem;color:var(--soft)}
details{border:1px solid var(--line);border-radius:6px;margin:.6rem 0;padding:0 .8rem}
summary{cursor:pointer;font-weight:600;padding:.55rem 0}
blockquote{margin:.5rem 0;padding-left:.9rem;border-left:3px solid var(--line);color:var(--soft)}
.facts td{font-size:.8rem}
@media(max-width:40rem){p a.fact,li a.fact{white-space:normal}}
:target{background:var(--tint);outline:2px solid var(--two)}
@media print{body{max-width:none;font-size:10.5pt;color:#000;background:#fff}a.fact{color:inherit;
text-decoration:none}.scroll{overflow:visible;border:0}details{border:0;padding:0}
details::details-content{content-visibility:visible;display:block}
details>*{display:block}a.fact::after{display:none}
h2,h3{break-after:avoid}figure,tr{break-inside:avoid}}
)css";

}  // namespace chimera::report
