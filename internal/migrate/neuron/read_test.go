package neuron

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/migratetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestAnExportBecomesDevicesAndAReport(t *testing.T) {
	for _, name := range []string{"drivers", "whole"} {
		t.Run(name, func(t *testing.T) { migratetest.Reads(t, Read, name+".json", *update) })
	}
}

func TestASheetOfTagsIsReadLikeTheExport(t *testing.T) {
	sheet := "group,name,address,attribute,type,description,decimal,interval\n" +
		"climate,temperature,1!400001,Read,INT16,supply,0.1,200\n" +
		"climate,valve,1!400005#B,Read Write,UINT16,,,200\n" +
		"climate,volume,2!400001,\"Read,Subscribe\",WORD,,,200\n" +
		"climate,odd,1!400001,Read,STRING,,,200\n"
	var r migrate.Report
	var names migrate.Names
	root, err := ReadSheet("tags.csv", []byte(sheet), "boiler", "tcp://192.0.2.1:502", &r, &names)
	if err != nil {
		t.Fatal(err)
	}
	migratetest.Golden(t, filepath.Join("testdata", "sheet"), root, &r, *update)
}

func TestAnythingElseIsNoExport(t *testing.T) {
	for name, text := range map[string]string{
		"a.json": `{"project": {}}`, "b.json": `[1]`, "c.json": `{"nodes": `, "d.json": "",
	} {
		var r migrate.Report
		var names migrate.Names
		if _, err := Read(name, []byte(text), &r, &names); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

func TestAnAddressIsReadAsNeuronReadsIt(t *testing.T) {
	for _, c := range []struct {
		text       string
		base, code int
		want       string // address, type, order; empty: refused
	}{
		{"1!400001", 1, 3, "holding:0 int16 "},
		{"1!400001", 0, 3, "holding:1 int16 "},
		{"255!365536", 1, 4, "input:65535 uint16 "},
		{"1!465537", 1, 4, ""},
		{"1!400000", 1, 4, ""},
		{"256!400001", 1, 4, ""},
		{"1!200001", 1, 4, ""},
		{"400001", 1, 4, ""},
		{"1!40001#B", 1, 4, "holding:0 uint16 BA"},
		{"1!40001#BL", 1, 9, "holding:0 float32 CDAB"},
		{"1!40001#BB", 1, 5, "holding:0 int32 DCBA"},
		{"1!40001#LB", 1, 6, "holding:0 uint32 BADC"},
		{"1!40001#B", 1, 10, "holding:0 float64 HGFEDCBA"},
		{"1!40001#XY", 1, 9, ""},
		{"1!40001.15", 1, 11, "holding:0.15  "},
		{"1!40001.16", 1, 11, ""},
		{"1!40001", 1, 11, ""},
		{"1!000001", 1, 11, "coil:0  "},
		{"1!100001", 1, 4, ""},
		{"1!40001.10H", 1, 13, "holding:0 string "},
		{"1!40001.10L", 1, 13, "holding:0 string BA"},
		{"1!40001.10E", 1, 13, ""},
		{"1!40001.H", 1, 13, ""},
		{"1!40001.4", 1, 4, ""},
		{"1!40001", 1, 1, ""},
	} {
		got := ""
		a, err := readAddress(c.text, c.base)
		if err == nil {
			var typ, order string
			if typ, order, err = a.apply(c.code); err == nil {
				got = a.point.Address() + " " + typ + " " + order
			}
		}
		if got != c.want {
			t.Errorf("%s as type %d: got %q, want %q (%v)", c.text, c.code, got, c.want, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"drivers", "whole"} {
		data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var r migrate.Report
		var names migrate.Names
		root, err := Read("a.json", data, &r, &names)
		if err == nil {
			migratetest.Rereads(t, root)
		}
	})
}
