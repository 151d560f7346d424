package console_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/console/browsertest"
)

func TestThePageOfTheHistoryAsksDrawsAndHandsOut(t *testing.T) {
	s := withHistory(t)
	p := browsertest.Open(t, s.URL()+"/history.html?device=boiler&tag=temperature&minutes=1440", 1200, 900)
	p.Until("the rows of the tag", `document.querySelectorAll(".answer tbody tr").length === 60`)
	p.Until("the curve", `document.querySelector(".chart .curve")?.getAttribute("d")?.length > 50`)
	p.Until("the choice in the address", `location.search.includes("minutes=1440")`)
	ask := func(sql string) {
		t.Helper()
		p.Until("the answer before", `!document.querySelector("button.strong").disabled`)
		p.Eval(`(() => { const box = document.querySelector("textarea"); box.value = `+js(sql)+`; box.dispatchEvent(new Event("input")); document.querySelector("button.strong").click(); })()`, nil)
	}
	ask("SELECT max(temperature) AS highest FROM boiler")
	p.Until("what was asked for in SQL", `document.querySelector(".answer td")?.innerText === "3599"`)
	p.Until("no curve without times", `document.querySelector(".curves").hidden`)
	ask("SELECT ts, temperature FROM boiler ORDER BY ts LIMIT 2")
	var file string
	p.Eval(`fetch(document.querySelector("a[download]").href).then(r => r.text())`, &file)
	if file != "ts,temperature\r\n2026-11-22T11:00:00.000Z,0\r\n2026-11-22T11:00:01.000Z,1\r\n" && file != "ts,temperature\n2026-11-22T11:00:00.000Z,0\n2026-11-22T11:00:01.000Z,1\n" {
		t.Errorf("the file is %q", file)
	}
	calmPage(t, p) // what follows is complained about in the log of the browser, too
	ask("SELECT nonsense")
	p.Until("what is wrong", `document.querySelector("[role=status]").innerText.includes("nonsense")`)
}
