package kepware

import (
	"flag"
	"os"
	"testing"

	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/migratetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func project(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile("testdata/project.json")
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestAProjectBecomesDevicesAndAReport(t *testing.T) {
	migratetest.Reads(t, Read, "project.json", *update)
}

func TestAnythingElseIsNoProject(t *testing.T) {
	for _, text := range []string{`{"nodes": []}`, `{"project": {}}`, `[]`, `{`} {
		var r migrate.Report
		var names migrate.Names
		if _, err := Read("a.json", []byte(text), &r, &names); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

func TestAnAddressIsReadAsKepwareReadsIt(t *testing.T) {
	zero := options{base: 1}
	for _, c := range []struct {
		text string
		o    options
		code int
		want string // address and type; empty: refused
	}{
		{"400001", zero, 5, "holding:0 uint16"},
		{"40001", zero, 5, "holding:0 uint16"},
		{"400001", options{}, 5, "holding:1 uint16"},
		{"300100", zero, 8, "input:99 float32"},
		{"465536", zero, 5, "holding:65535 uint16"},
		{"465537", zero, 5, ""},
		{"H410000", zero, 5, "holding:65535 uint16"},
		{"h4000A", zero, 5, "holding:9 uint16"},
		{"400010.0", zero, 1, "holding:9.0 "},
		{"400010.1", options{base: 1, firstBit: 1}, 1, "holding:9.0 "},
		{"400010.0", options{base: 1, reversed: true}, 1, "holding:9.15 "},
		{"400010.16", zero, 1, ""},
		{"400010", zero, 1, ""},
		{"000001", zero, 1, "coil:0 "},
		{"100001.1", zero, 1, ""},
		{"100001", zero, standard, "discrete:0 "},
		{"400001", zero, standard, "holding:0 uint16"},
		{"400001.20H", zero, text, "holding:0 string"},
		{"400001", zero, text, ""},
		{"400001[10]", zero, 25, "holding:0 uint16"},
		{"400001 [2][50000]", zero, 25, ""},
		{"400001", zero, 25, ""},
		{"400001", zero, 12, ""},
		{"400001", zero, 2, ""},
		{"K0", zero, 5, ""},
		{"4", zero, 5, ""},
		{"", zero, 5, ""},
	} {
		got := ""
		p, _, err := readAddress(c.text, c.o, c.code == text)
		if err == nil {
			var typ string
			if typ, err = typeOf(c.code, p); err == nil {
				got = p.Address() + " " + typ
			}
		}
		if got != c.want {
			t.Errorf("%s as type %d: got %q, want %q (%v)", c.text, c.code, got, c.want, err)
		}
	}
}

func TestTheOrdersOfBytesAreThoseOfTheSettings(t *testing.T) {
	for _, c := range []struct {
		swapped, word, dword bool
		want                 orders
	}{
		{false, true, true, orders{"", "CDAB", "GHEFCDAB"}}, // as it is where nobody has changed it
		{false, false, false, orders{}},
		{false, true, false, orders{"", "CDAB", "CDABGHEF"}},
		{false, false, true, orders{"", "", "EFGHABCD"}},
		{true, true, true, orders{"BA", "DCBA", "HGFEDCBA"}},
		{true, false, false, orders{"BA", "BADC", "BADCFEHG"}},
	} {
		if got := ordersOf(c.swapped, c.word, c.dword); got != c.want {
			t.Errorf("%v %v %v: got %v, want %v", c.swapped, c.word, c.dword, got, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(project(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r migrate.Report
		var names migrate.Names
		if root, err := Read("a.json", data, &r, &names); err == nil {
			migratetest.Rereads(t, root)
		}
	})
}
