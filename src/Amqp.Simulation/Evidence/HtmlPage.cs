namespace Amqp.Simulation.Evidence;

/// <summary>The page around a time line: style and script are in it, and its policy forbids it to load
/// anything.</summary>
internal static class HtmlPage
{
    public const string Template = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none';
                form-action 'none'">
        <title>{{title}}</title>
        <style>
        :root { color-scheme: light dark; --bg: #fdfdfc; --fg: #1d2329; --dim: #667079; --line: #d5dade;
          --panel: #f1f3f5; --out: #0b62b0; --in: #0a7a4b; --fault: #b3261e; --fault-bg: #fde7e5; --hit: #fff3c4;
          --focus: #8a4bd6; --zoom: 1; }
        @media (prefers-color-scheme: dark) {
          :root { --bg: #14181c; --fg: #e4e8eb; --dim: #98a3ad; --line: #343c44; --panel: #1d2329; --out: #6db3f2;
            --in: #5fd3a0; --fault: #ff8a80; --fault-bg: #3b1d1b; --hit: #4a4217; --focus: #c39bff; } }
        * { box-sizing: border-box; }
        html, body { height: 100%; margin: 0; }
        body { display: grid; grid-template-rows: auto auto 1fr auto; background: var(--bg); color: var(--fg);
          font: 14px/1.45 system-ui, sans-serif; }
        header, .legend, #detail { padding: .6rem 1rem; }
        header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center;
          border-bottom: 1px solid var(--line); }
        h1 { font-size: 1rem; margin: 0; flex: 1 1 14rem; }
        h1 small { display: block; font-weight: normal; color: var(--dim); }
        input, button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line);
          border-radius: 4px; padding: .2rem .6rem; }
        input { width: 16rem; }
        pre { margin: 0; padding: .4rem 1rem; background: var(--panel); white-space: pre-wrap; overflow-wrap: anywhere;
          max-height: 9rem; overflow: auto; }
        pre:empty { display: none; }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: -2px; }
        main { overflow: auto; min-height: 0; }
        .heads, .row { display: grid; grid-template-columns: 7.5em 3em minmax(0, 1fr);
          font-size: calc(12.5px * var(--zoom)); }
        .heads { position: sticky; top: 0; background: var(--bg); border-bottom: 1px solid var(--line); z-index: 1;
          font-weight: 600; }
        .heads .lanes { display: flex; justify-content: space-between; padding: .2em 4%; }
        ol { list-style: none; margin: 0; padding: 0 0 2rem; }
        .row { padding-top: calc(var(--gap) * 1.4em); cursor: default; border-left: 4px solid transparent; }
        .row[hidden] { display: none; }
        .row.in-fault { border-left-color: var(--fault); }
        .row:hover, .row:focus { background: var(--panel); }
        .row.hit { background: var(--hit); }
        .time, .conn { font-variant-numeric: tabular-nums; color: var(--dim); padding-left: .5em; }
        .time { text-align: right; padding-right: .6em; }
        .row .lanes { position: relative; margin: 0 4%; min-height: 1.7em;
          background: linear-gradient(var(--line), var(--line)) left/1px 100% no-repeat,
            linear-gradient(var(--line), var(--line)) center/1px 100% no-repeat,
            linear-gradient(var(--line), var(--line)) right/1px 100% no-repeat; }
        .label { display: inline-block; max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
          vertical-align: bottom; padding: 0 .4em; }
        .label i { font-style: normal; color: var(--dim); }
        .arrow { display: block; position: relative; text-align: center; border-bottom: 1.5px solid; padding: 0 1.2em; }
        .arrow::after { content: ""; position: absolute; bottom: -4.5px; border: 4px solid transparent; }
        .to-broker { color: var(--out); } .to-client { color: var(--in); }
        .to-broker::after { right: 0; border-left: 8px solid; border-right: 0; }
        .to-client::after { left: 0; border-right: 8px solid; border-left: 0; }
        .lost { border-bottom-style: dashed; width: 50%; color: var(--fault); }
        .lost.to-client { margin-left: 50%; }
        .lost::after { content: "\2715"; border: 0; bottom: -.75em; font-weight: bold; }
        .note { display: block; width: 48%; color: var(--fg); overflow: hidden; }
        .note.broker { margin-left: auto; text-align: right; } .note.link { margin: 0 auto; text-align: center; }
        .band { display: block; background: var(--fault-bg); color: var(--fault); border-block: 1px solid var(--fault);
          text-align: center; font-weight: 600; }
        #detail { border-top: 1px solid var(--line); background: var(--panel); min-height: 4.6rem; max-height: 12rem;
          overflow: auto; overflow-wrap: anywhere; }
        #detail b { display: block; }
        kbd { border: 1px solid var(--line); border-radius: 3px; padding: 0 .3em; background: var(--panel); }
        .legend { color: var(--dim); padding-block: .2rem; }
        </style>
        </head>
        <body>
        <header>
        <h1>{{title}} <small>{{count}}, trace #{{hash}}</small></h1>
        <label>Search <input id="search" type="search" autocomplete="off"></label>
        <span id="found" role="status"></span>
        <span><button id="out" type="button" aria-label="smaller">&minus;</button>
        <button id="in" type="button" aria-label="larger">+</button></span>
        </header>
        <div><pre>{{summary}}</pre>
        <div class="legend"><kbd>&uarr;</kbd> <kbd>&darr;</kbd> move, <kbd>PgUp</kbd> <kbd>PgDn</kbd> by twenty,
        <kbd>f</kbd> next fault, <kbd>/</kbd> search, <kbd>+</kbd> <kbd>&minus;</kbd> zoom. Dashed: never arrived.
        A stripe at the left: a fault lasts.</div></div>
        <main id="main">
        <div class="heads"><span class="time">seconds</span><span class="conn"></span>
        <span class="lanes"><span>client</span><span>link</span><span>broker</span></span></div>
        <ol id="rows" role="listbox" aria-label="what happened, in order">
        {{rows}}</ol>
        </main>
        <div id="detail" aria-live="polite"><b>Point at a row, or move to it with the keyboard.</b></div>
        <script>
        "use strict";
        const list = document.getElementById("rows"), all = [...list.children];
        const detail = document.getElementById("detail"), search = document.getElementById("search");
        const found = document.getElementById("found");
        let shown = all, at = 0, zoom = 1;
        function show(row) {
          const where = document.createElement("b");
          where.textContent = row.dataset.where;
          detail.replaceChildren(where, document.createTextNode(row.dataset.detail));
        }
        function go(index) {
          if (shown.length === 0) return;
          all[at].tabIndex = -1;
          const row = shown[Math.max(0, Math.min(shown.length - 1, index))];
          at = all.indexOf(row);
          row.tabIndex = 0;
          row.focus();
        }
        function scale(factor) {
          zoom = Math.max(0.4, Math.min(3, zoom * factor));
          document.documentElement.style.setProperty("--zoom", zoom.toFixed(3));
        }
        list.addEventListener("mouseover", e => { const row = e.target.closest("li"); if (row) show(row); });
        list.addEventListener("click", e => { const row = e.target.closest("li"); if (row) go(shown.indexOf(row)); });
        list.addEventListener("focusin", e => { const row = e.target.closest("li"); if (row) show(row); });
        search.addEventListener("input", () => {
          const words = search.value.toLowerCase().split(" ").filter(w => w);
          const text = row => (row.dataset.where + " " + row.dataset.detail).toLowerCase();
          for (const row of all) {
            row.hidden = !words.every(w => text(row).includes(w));
            row.classList.toggle("hit", words.length > 0 && !row.hidden);
          }
          shown = all.filter(row => !row.hidden);
          found.textContent = words.length ? shown.length + " of " + all.length : "";
        });
        document.getElementById("in").addEventListener("click", () => scale(1.2));
        document.getElementById("out").addEventListener("click", () => scale(1 / 1.2));
        document.addEventListener("keydown", e => {
          if (e.ctrlKey || e.metaKey || e.altKey) return;
          if (e.target === search) {
            if (e.key === "Escape") { search.value = ""; search.dispatchEvent(new Event("input")); go(0); }
            else if (e.key === "Enter" || e.key === "ArrowDown") { go(0); e.preventDefault(); }
            return;
          }
          const index = Math.max(0, shown.indexOf(all[at]));
          const moves = { ArrowDown: index + 1, ArrowUp: index - 1, PageDown: index + 20, PageUp: index - 20,
            Home: 0, End: shown.length - 1 };
          if (e.key in moves) { go(document.activeElement.closest("li") ? moves[e.key] : index); e.preventDefault(); }
          else if (e.key === "f") {
            const next = shown.findIndex((row, i) => i > index && row.querySelector(".band"));
            go(next >= 0 ? next : shown.findIndex(row => row.querySelector(".band")));
          }
          else if (e.key === "/") { search.focus(); e.preventDefault(); }
          else if (e.key === "+" || e.key === "=") scale(1.2);
          else if (e.key === "-") scale(1 / 1.2);
        });
        if (all.length) all[0].tabIndex = 0;
        </script>
        </body>
        </html>
        """;
}
