package console_test

import (
	"strings"
	"testing"
)

// The modules of the page that know no document are tested where they run.
func TestThePurePartsOfThePage(t *testing.T) {
	_, p := show(t, newFake())
	p.Eval(`Promise.all([import("/js/format.js"), import("/js/curve.js"), import("/js/past.js"), import("/js/watch.js")]).then(([f, c, p, w]) => { window.f = f; window.c = c; window.p = p; window.w = w; })`, nil)
	for expression, want := range map[string]string{
		`f.age(400)`: "< 1 s", `f.age(1400)`: "1.4 s", `f.age(12_300)`: "12 s", `f.age(180_000)`: "3 min",
		`f.age(7_200_000)`: "2 h", `f.age(3 * 86_400_000)`: "3 d", `f.age(-5)`: "< 1 s",
		`f.value(null)`: "–", `f.value(true)`: "on", `f.value(0.1 + 0.2)`: "0.3", `f.value("text")`: "text", `f.value([1,2])`: "[1,2]",
		`f.number(1e15)`: "1.000e+15", `f.number(0)`: "0", `f.number(NaN)`: "–",
		`f.count(1234567)`: "1\u202f234\u202f567", `f.bytes(999)`: "999 B", `f.bytes(1500)`: "1.5 KB", `f.bytes(123456789)`: "123 MB",
		`f.millis(f.between("2026-11-22T12:00:00.000000100Z", "2026-11-22T12:00:00.00034Z"))`: "0.34 ms",
		`f.millis(f.between("2026-11-22T11:59:59.999Z", "2026-11-22T12:00:01Z"))`:             "1.0 s",
		`f.qualityText("BadNoCommunication")`:                                                 "no communication", `f.qualityText("Good")`: "good", `f.qualityText("Bad(0x80C5)")`: "bad(0x80c5)",
		`f.qualityTone("UncertainLastUsableValue")`: "warn", `f.tone("demoted")`: "bad", `f.tone("something new")`: "ok",
		`c.pathOf([[0,1],[1,2],[2,null],[3,4]], x => x * 10, y => y)`:                     "M0 1L10 2M30 4",
		`c.pathOf([[0,0],[1,1],[2,0]], x => x * 10, y => y, true)`:                        "M0 0H10V1H20V0",
		`JSON.stringify(c.gaps([[0,1],[5,null,"BadTimeout"],[9,2],[10,null,"Bad"]], 20))`: `[{"from":5,"quality":"BadTimeout","to":9},{"from":10,"quality":"Bad","to":20}]`,
		`[-5, 0, 4, 6, 14, 99].map(ms => c.nearest([[0], [5], [10]], ms)).join()`:         "0,0,1,1,2,2",
		`w.watched([], [], ["a", "b"]).join()`:                                            "a,b", `w.watched(["b", "a"], ["a"], ["a", "b"]).join()`: "b,a", `w.watched(["a", "b"], ["b"], ["b"]).join()`: "b",
		`(n => w.watched([], ["d90", "d91"], n).slice(0, 3).join() + w.watched([], [], n).length)([...Array(99)].map((_, i) => "d" + i))`: "d90,d91,d064",
		`c.ticks(0, 10, 5).join()`: "0,2,4,6,8,10", `c.ticks(-0.31, 0.29, 4).join()`: "-0.2,0,0.2", `c.ticks(29.9, 30.1, 4).join()`: "29.9,29.95,30,30.05,30.1",
		`JSON.stringify(c.heightsOf([[0,null]]))`: "[0,1]", `JSON.stringify(c.heightsOf([[0,5],[1,5]]))`: "[4.75,5.25]",
		`JSON.stringify([c.heightOf(true), c.heightOf("x"), c.heightOf(NaN), c.heightOf(2)])`:                                           "[1,null,null,2]",
		`c.hours(0, 3_600_000, 4, 0).map(t => t / 60_000).join()`:                                                                       "0,15,30,45,60",
		`c.hours(0, 30 * 86_400_000, 5, 0).length`:                                                                                      "5",
		`p.sqlFor("it's", "t", 10_080).includes("device = 'it''s' AND tag = 't'")`:                                                      "true",
		`p.sqlFor("b", "t", 43_200).includes("ago('43200m') AND step = '1h'")`:                                                          "true",
		`p.numeric({ columns: [{ name: "ts" }, { name: "a" }, { name: "b" }], rows: [["2026", "x", null], ["2027", null, 2]] }).join()`: "2",
		`JSON.stringify(p.pointsOf({ columns: [{ name: "ts" }, { name: "a" }], rows: [[1, 1], [2, 2], [3, null], [9, 4]].map(([s, v]) => [new Date(s * 1000).toISOString(), v]) }, 1).map(q => [q.ms, q.value]))`: "[[1000,1],[2000,2],[3000,null],[4000,null],[9000,4]]",
	} {
		var got string
		if p.Eval("String("+expression+")", &got); got != want {
			t.Errorf("%s is %q, want %q", expression, got, want)
		}
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Error(strings.Join(c, "\n"))
	}
}
