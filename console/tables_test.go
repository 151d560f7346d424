package console_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/browsertest"
)

func TestRowsOfATableComeByThePage(t *testing.T) {
	s := serve(t, newFake(), nil)
	var page console.TablePage
	s.get("/api/v1/tables/limits/rows", &page)
	if page.Total != 250 || len(page.Rows) != 100 || page.From != 0 {
		t.Errorf("%d of %d from %d", len(page.Rows), page.Total, page.From)
	}
	s.get("/api/v1/tables/limits/rows?from=249&limit=1000", &page)
	if len(page.Rows) != 1 || !strings.Contains(string(page.Rows[0].Row), `"m249"`) {
		t.Errorf("the last page is %+v", page)
	}
	for path, want := range map[string]int{
		"/api/v1/tables/nosuch/rows":            404,
		"/api/v1/tables/limits/rows?limit=1001": 422,
		"/api/v1/tables/limits/rows?from=-1":    422,
	} {
		if status, text := s.do(http.MethodGet, path, ""); status != want {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

func TestTheFileOfATableIsReadAgainOnDemand(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	for path, want := range map[string]int{"limits": 200, "orders": 409, "nosuch": 404} {
		if status, text := s.do(http.MethodPost, "/api/v1/tables/"+path+"/reread", ""); status != want {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	if commands, _ := node.done(); !slices.Equal(commands, []string{"reread limits"}) {
		t.Errorf("the node did %v", commands)
	}
}

// button is one of a table's buttons on the page.
func button(table, text string) string {
	return `[...document.querySelectorAll('#tables [aria-label="` + table + `"] button')].find(n => n.innerText === ` + js(text) + ` && !n.disabled)`
}

func TestThePageShowsTablesWithTheirRowsAndReadsFilesAgain(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	p := browsertest.Open(t, s.URL(), 1400, 900)
	for _, text := range []string{"table of the file", "/etc/limits.csv", "250 rows", "row 3 has no machine", "joined by forward", "appended rows", "7 lost"} {
		p.Until(text, bodyText+`.includes(`+js(text)+`)`)
	}
	p.Until("the button", button("limits", "Rows"))
	p.Eval(button("limits", "Rows")+`.click()`, nil)
	const cells = `[...document.querySelectorAll("#dialog td")].map(n => n.innerText)`
	p.Until("the first rows", cells+`.includes("m0") && `+cells+`.includes("<b>")`)
	p.Eval(`[...document.querySelectorAll("#dialog button")].find(n => n.innerText === "Next").click()`, nil)
	p.Until("the next rows", cells+`.includes("m100")`)
	p.Eval(`[...document.querySelectorAll("#dialog button")].find(n => n.innerText === "Close").click()`, nil)
	p.Until("the dialog to be closed", `!document.querySelector("#dialog").open`)
	p.Eval(button("limits", "Read again")+`.click()`, nil)
	p.Until("the file to have been read", `document.querySelector('#tables [aria-label="limits"]').innerText.includes("250 rows were read")`)
	buttons := 0
	p.Eval(`document.querySelectorAll('#tables [aria-label="orders"] button').length`, &buttons)
	if buttons != 1 {
		t.Errorf("a table without a file has %d buttons", buttons)
	}
	if commands, _ := node.done(); !slices.Equal(commands, []string{"reread limits"}) {
		t.Errorf("the node did %v", commands)
	}
	calmPage(t, p)
}
