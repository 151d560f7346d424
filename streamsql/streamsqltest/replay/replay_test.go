package replay_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/streamsqltest/replay"
)

// cases are one or two of each kind, in the form of the recorded ones.
const cases = `[
{"name":"rule","kind":"rule","sql":"SELECT a, window_end() AS we FROM demo WHERE a > 1 GROUP BY TUMBLINGWINDOW(ss, 1)",
 "streams":{"demo":"CREATE STREAM demo (a BIGINT, b BIGINT) WITH (DATASOURCE=\"demo\", FORMAT=\"json\")"},
 "inputs":[{"stream":"demo","data":{"a":2},"ts":1541152486013},{"stream":"demo","data":{"a":1},"ts":1541152486822},{"stream":"demo","data":{"a":3},"ts":1541152487632}],
 "options":[{"SendError":true}],"expected":[[{"a":2,"we":1541152487000}]]},
{"name":"event time","kind":"rule","sql":"SELECT a FROM demo",
 "streams":{"demo":"CREATE STREAM demo () WITH (DATASOURCE=\"demo\", FORMAT=\"json\", TIMESTAMP=\"ts\")"},
 "inputs":[{"stream":"demo","data":{"a":1,"ts":2000},"ts":5000},{"stream":"demo","data":{"a":2,"ts":1500},"ts":6000},{"stream":"demo","data":{"a":3,"ts":9000},"ts":7000}],
 "options":[{"IsEventTime":true,"LateTol":1000000000}],"expected":[[{"a":2}],[{"a":1}]]},
{"name":"error","kind":"rule","sql":"SELECT a * 2 AS b FROM demo",
 "streams":{"demo":"CREATE STREAM demo (a BIGINT) WITH (DATASOURCE=\"demo\", FORMAT=\"json\", STRICT_VALIDATION=\"true\")"},
 "inputs":[{"stream":"demo","data":{"a":"x"},"ts":1000},{"stream":"demo","data":{"a":2},"ts":2000}],
 "options":[{"SendError":true}],"expected":[[{"error":"whatever"}],[{"b":4}]]},
{"name":"project","kind":"operator","stage":"project","sql":"SELECT a->b AS c FROM demo WHERE nothing > 1","inputs":[{"stream":"demo","data":{"a":{"b":5}}}],"expected":[{"c":5}]},
{"name":"column","kind":"operator","stage":"project","sql":"SELECT a + 1 AS a, a + 1 AS b FROM demo","inputs":[{"stream":"demo","data":{"a":5}}],"expected":[{"a":6,"b":6}]},
{"name":"aggregates","kind":"operator","stage":"aggfunc","sql":"SELECT * FROM demo WHERE a < sum(a) + max(a) GROUP BY COUNTWINDOW(2)","inputs":[{"stream":"demo","data":{"a":5}}],"expected":{"a":5,"agg_ref_0":5,"agg_ref_1":5}},
{"name":"filter","kind":"operator","stage":"filter","sql":"SELECT a FROM demo WHERE a > 1","inputs":[{"stream":"demo","data":{"a":2}}],"expected":{"$emitter":"demo","row":{"a":2}}},
{"name":"filtered","kind":"operator","stage":"filter","sql":"SELECT a FROM demo WHERE a > 5","inputs":[{"stream":"demo","data":{"a":2}}],"expected":null},
{"name":"fails","kind":"operator","stage":"filter","sql":"SELECT a FROM demo WHERE a > 'x'","inputs":[{"stream":"demo","data":{"a":2}}],"expected":null,"error":"types"},
{"name":"join","kind":"window","stage":"join","sql":"SELECT x FROM l LEFT JOIN r ON l.x = r.y","inputs":[{"stream":"l","data":{"x":1}},{"stream":"l","data":{"x":2}},{"stream":"r","data":{"y":2}}],
 "expected":{"rows":[{"joined":[{"$emitter":"l","row":{"x":1}}]},{"joined":[{"$emitter":"l","row":{"x":2}},{"$emitter":"r","row":{"y":2}}]}]}},
{"name":"joined","kind":"window","stage":"filter-joined","sql":"SELECT x FROM l LEFT JOIN r ON l.x = r.y WHERE r.y = 7","inputs":[{"stream":"l","data":{"x":1}},{"stream":"l","data":{"x":2}},{"stream":"r","data":{"y":7}}],
 "expected":{"rows":[{"joined":[{"$emitter":"l","row":{"x":2}},{"$emitter":"r","row":{"y":7}}]}]}},
{"name":"having","kind":"window","stage":"having","sql":"SELECT sum(x) AS s FROM l HAVING s > 1","inputs":[{"stream":"l","data":{"x":1,"s":3}},{"stream":"l","data":{"x":2}}],
 "expected":{"rows":[{"$emitter":"l","row":{"x":1,"s":3}},{"$emitter":"l","row":{"x":2}}]}},
{"name":"groups","kind":"window","stage":"groupby","sql":"SELECT x FROM l GROUP BY x, TUMBLINGWINDOW(ss, 10)","inputs":[{"stream":"l","data":{"x":1}},{"stream":"l","data":{"x":2}},{"stream":"l","data":{"x":1}}],
 "expected":{"groups":[{"rows":[{"$emitter":"l","row":{"x":1}},{"$emitter":"l","row":{"x":1}}]},{"rows":[{"$emitter":"l","row":{"x":2}}]}]}},
{"name":"sequence","kind":"sequence","stage":"project","sql":"SELECT lag(a) AS b FROM demo","inputs":[{"stream":"demo","data":{"a":1}},{"stream":"demo","data":{"a":2}}],"expected":[[{}],[{"b":1}]]},
{"name":"func","kind":"func","fn":"abs","args":[-3],"expected":3},
{"name":"aggregate","kind":"func","fn":"max","args":[[1,5,null]],"expected":5},
{"name":"funcseq","kind":"funcseq","fn":"lag","steps":[{"args":["a",true,"1"],"result":null},{"args":["b",true,"2"],"result":null},{"args":["b",true,"1"],"result":"a"}]},
{"name":"parse","kind":"parse","stage":"syntax","sql":"SELECT a FROM demo"},
{"name":"refuse","kind":"parse","stage":"syntax","sql":"SELECT FROM","error":"syntax"}
]`

// report replays cases and returns what is printed.
func report(t *testing.T, text string) (string, int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cases.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := replay.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	failed, err := replay.Report(&out, read)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), failed
}

func TestCasesOfEveryKindPass(t *testing.T) {
	out, failed := report(t, cases)
	want := "rule 3/3\nwindow 4/4\nsequence 1/1\noperator 6/6\nfunc 2/2\nfuncseq 1/1\nparse 2/2\n"
	if out != want || failed != 0 {
		t.Errorf("got\n%swant\n%s", out, want)
	}
}

func TestADifferenceIsFound(t *testing.T) {
	for recorded, wrong := range map[string]string{
		`"we":1541152487000`:       `"we":1541152487001`,
		`[[{"a":2}],[{"a":1}]]`:    `[[{"a":1}],[{"a":2}]]`,
		`[{"error":"whatever"}],`:  ``,
		`[{"c":5}]`:                `[{"c":6}]`,
		`"row":{"a":2}}},`:         `"row":{"a":3}}},`,
		`"error":"types"`:          `"error":""`,
		`[[{}],[{"b":1}]]`:         `[[{}],[{}]]`,
		`"args":[-3],"expected":3`: `"args":[-3],"expected":-3`,
		`"result":"a"`:             `"result":"b"`,
		`"sql":"SELECT FROM"`:      `"sql":"SELECT 1 AS a FROM demo"`,
		`{"y":7}}]}]}`:             `{"y":8}}]}]}`,
		`"row":{"x":2}}]}]}}`:      `"row":{"x":3}}]}]}}`,
	} {
		text := strings.Replace(cases, recorded, wrong, 1)
		if text == cases {
			t.Fatalf("%s does not stand in the cases", recorded)
		}
		if out, failed := report(t, text); failed != 1 {
			t.Errorf("%s for %s: %d differences\n%s", wrong, recorded, failed, out)
		}
	}
}

func TestAFileThatIsNotThereIsAnErrorOfItsOwn(t *testing.T) {
	if _, err := replay.Read(filepath.Join(t.TempDir(), "none.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
