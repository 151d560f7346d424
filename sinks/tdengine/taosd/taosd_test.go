package taosd

import (
	"fmt"
	"strings"
	"testing"
)

// db is a database with a super-table of rows a second apart.
func db(t *testing.T) *Server {
	t.Helper()
	s := &Server{store: newStore(0)}
	for _, sql := range []string{
		"CREATE DATABASE IF NOT EXISTS `p` PRECISION 'ns'",
		"CREATE STABLE p.climate (ts TIMESTAMP, seq BIGINT PRIMARY KEY, temperature DOUBLE, note VARCHAR(20)) TAGS (site VARCHAR(20))",
		"INSERT INTO p.a USING p.climate TAGS ('x') VALUES (0, 1, 20.5, 'it\\'s') (1000000000, 2, 21.5, NULL) (5000000000, 3, 1e-7, 'c') p.b USING p.climate (site) TAGS ('y') (ts, seq, temperature) VALUES (0, 1, 30)",
	} {
		if _, _, err := s.Query(sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	return s
}

func TestDashboardsAreAnswered(t *testing.T) {
	s := db(t)
	for sql, want := range map[string]string{
		"SELECT count(*) FROM p.climate": "[[4]]",
		"SELECT ts, temperature FROM p.climate WHERE site = 'x' AND ts >= 1000000000 ORDER BY ts DESC LIMIT 1": "[[5000000000 1e-07]]",
		"SELECT _wstart AS time, avg(temperature) AS t FROM p.climate WHERE site='x' INTERVAL(2s)":             "[[0 21] [4000000000 1e-07]]",
		"SELECT _wstart, max(temperature) FROM p.a INTERVAL(2s) FILL(PREV)":                                    "[[0 21.5] [2000000000 21.5] [4000000000 1e-07]]",
		"SELECT _wstart, max(temperature) FROM p.a INTERVAL(2s) FILL(NULL)":                                    "[[0 21.5] [2000000000 <nil>] [4000000000 1e-07]]",
		"SELECT tbname, last(note), last_row(temperature) FROM p.climate PARTITION BY tbname ORDER BY tbname":  "[[a c 1e-07] [b <nil> 30]]",
		"SELECT site, count(*) AS n FROM p.climate GROUP BY site ORDER BY n":                                   "[[y 1] [x 3]]",
		"SELECT seq FROM p.climate WHERE note IS NOT NULL AND (note LIKE 'it%' OR seq IN (3)) ORDER BY seq":    "[[1] [3]]",
		"SELECT seq FROM p.climate WHERE NOT temperature BETWEEN 0 AND 25":                                     "[[1]]",
		"SELECT first(ts), spread(temperature) FROM p.a WHERE ts < now() - 1h":                                 "[[0 21.4999999]]",
		"SELECT 1": "[[1]]",
		"SELECT `precision` FROM information_schema.ins_databases WHERE name = 'p'": "[[ns]]",
	} {
		_, rows, err := s.Query(sql)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		if got := strings.ReplaceAll(sprint(rows), "21.499999900000002", "21.4999999"); got != want {
			t.Errorf("%s\n got %s\nwant %s", sql, got, want)
		}
	}
}

func TestWhatTDengineRefusesIsRefused(t *testing.T) {
	s := db(t)
	for sql, code := range map[string]int{
		"DROP TABLE p.a":                                                             codeSyntax,
		"SELECT nosuch FROM p.climate":                                               codeColumn,
		"SELECT ts FROM p.nosuch":                                                    codeNoTable,
		"SELECT ts FROM nosuch.climate":                                              codeNoDatabase,
		"SELECT ts FROM p.climate WHERE ts > 'yesterday'":                            codeSyntax,
		"SELECT ts FROM p.climate INTERVAL(1s)":                                      codeSyntax,
		"INSERT INTO p.a (ts, seq, note) VALUES (1, 1, '123456789012345678901')":     codeTooLong,
		"INSERT INTO p.a (ts, seq, temperature) VALUES (1, 1, 'warm')":               codeSyntax,
		"INSERT INTO p.a (ts, nosuch) VALUES (1, 1)":                                 codeColumn,
		"INSERT INTO p.a (ts, temperature) VALUES (1, 1)":                            codeSyntax,
		"INSERT INTO p.zzz VALUES (1, 1, 1, 'x')":                                    codeNoTable,
		"ALTER STABLE p.climate ADD COLUMN temperature DOUBLE":                       codeDuplicate,
		"ALTER STABLE p.climate MODIFY COLUMN note VARCHAR(10)":                      codeSyntax,
		"ALTER STABLE p.climate MODIFY COLUMN temperature BIGINT":                    codeSyntax,
		"CREATE STABLE p.bad (v DOUBLE, ts TIMESTAMP) TAGS (a VARCHAR(2))":           codeSyntax,
		"CREATE STABLE p.bad (ts TIMESTAMP, v VARCHAR) TAGS (a VARCHAR(2))":          codeSyntax,
		"CREATE STABLE p.bad (ts TIMESTAMP, v BIGINT, V BIGINT) TAGS (a VARCHAR(2))": codeDuplicate,
	} {
		if _, _, err := s.Query(sql); codeOf(err) != code || err == nil {
			t.Errorf("%s: %v, want 0x%x", sql, err, code)
		}
	}
}

func TestARowOfTheSameKeyIsUpsertedAndNullTakesNothingAway(t *testing.T) {
	s := db(t)
	if _, _, err := s.Query("INSERT INTO p.a VALUES (0, 1, 99, NULL)"); err != nil {
		t.Fatal(err)
	}
	_, rows, _ := s.Query("SELECT temperature, note FROM p.a WHERE ts = 0")
	if got := sprint(rows); got != "[[99 it's]]" {
		t.Errorf("%s", got)
	}
}

func FuzzABindIsReadOrRefused(f *testing.F) {
	f.Add([]byte("\x1c\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := readBind(data)
		if err == nil && len(all) == 0 {
			t.Error("a bind of no table is read")
		}
	})
}

func FuzzAStatementIsAnsweredOrRefused(f *testing.F) {
	for _, seed := range []string{"SELECT count(*) FROM p.a", "INSERT INTO p.a VALUES (1,2)", "CREATE DATABASE p", "'", "`", "SELECT 1.5e-07"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		s := newStore(0)
		if r, err := s.run("", sql); r == nil && err == nil {
			t.Error("neither answer nor error")
		}
	})
}

func FuzzALineIsReadOrRefused(f *testing.F) {
	f.Add(`m\ x,a=b f=1i,s="a\"b c",t=t 17`)
	f.Fuzz(func(_ *testing.T, line string) { _, _ = readLine(line) })
}

func sprint(rows [][]any) string { return fmt.Sprint(rows) }
