package tags

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/migratetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sheet(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile("testdata/tags.csv")
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestASheetBecomesDevices(t *testing.T) {
	migratetest.Reads(t, Read, "tags.csv", *update)
}

func TestARowIsToBlameForWhatIsWrongInIt(t *testing.T) {
	text := "device,endpoint,name,address,scan,group\n" +
		"a,tcp://x,t1,holding:0,1s,g\n" +
		",tcp://x,t2,holding:0,1s,g\n" +
		"a,tcp://y,t3,holding:0,2s,g\n" +
		"b,,t4,holding:0,1s,g,what\n" +
		"taken,,t5,holding:0,1s,g\n"
	var r migrate.Report
	var names migrate.Names
	names.Take("taken")
	if _, err := Read("t.csv", []byte(text), &r, &names); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range r.Items {
		if i.Kind == migrate.LeftOut {
			got = append(got, i.String())
		}
	}
	want := []string{
		`t.csv:3: tag .t2: a row has device and name`,
		`t.csv:4: tag a.t3: endpoint: "tcp://y", and "tcp://x" in a row before: it is one for all of them`,
		`t.csv:4: tag a.t3: scan: "2s", and "1s" in a row before: it is one for all of them`,
		`t.csv:5: tag b.t4: "what" stands in a column without a name`,
		`t.csv:6: tag taken.t5: device: "taken" is a name that the configuration already has`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestASheetWithoutItsColumnsIsRefused(t *testing.T) {
	for _, text := range []string{"", "a,b\n1,2\n", "device,device\n", "device,name\n\"", "\xff\xfe"} {
		var r migrate.Report
		var names migrate.Names
		if _, err := Read("t.csv", []byte(text), &r, &names); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sheet(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r migrate.Report
		var names migrate.Names
		if root, err := Read("a.csv", data, &r, &names); err == nil {
			migratetest.Rereads(t, root)
		}
	})
}
