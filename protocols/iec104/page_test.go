package iec104_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/config/spec"
	"github.com/holdfast-edge/holdfast/protocols/iec104"
)

const page = "../../docs/protocols/iec104.md"

var update = flag.Bool("update", false, "rewrite the page of the protocol")

func TestThePageTellsEveryKey(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	from, end := []byte("<!-- keys: made by go test ./protocols/iec104 -update -->\n"), []byte("<!-- end of keys -->")
	head, rest, found := bytes.Cut(text, from)
	_, tail, foundToo := bytes.Cut(rest, end)
	if !found || !foundToo {
		t.Fatalf("%s has no place for the keys", page)
	}
	want := bytes.Join([][]byte{head, from, keys(t), end, tail}, nil)
	if bytes.Equal(text, want) {
		return
	}
	if !*update {
		t.Fatalf("%s is stale: go test ./protocols/iec104 -run Page -update", page)
	}
	if err := os.WriteFile(page, want, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestThePagesExampleWorks(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(text, []byte("```yaml\n"))
	example, _, _ := bytes.Cut(rest, []byte("```"))
	site, err := parse("site: x\n" + string(example))
	if err != nil {
		t.Fatal(err)
	}
	if d := compiled(t, &site.Devices[0]); len(d.Plans()) != 2 || d.Plans()[0].Steps() == 0 {
		t.Errorf("it reads nothing: %+v", d)
	}
}

// keys are the tables of all keys.
func keys(t *testing.T) (out []byte) {
	t.Helper()
	catalog, err := config.NewCatalog([]config.Driver{iec104.Component()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct{ name, heading string }{
		{"endpoint", "In the query of the endpoint"}, {"device", "Of a device"}, {"tag", "Of a tag"},
	} {
		out = fmt.Appendf(out, "\n### %s\n\n", part.heading)
		out = spec.AppendMarkdown(out, catalog.Options("driver", "iec104", part.name), 4)
	}
	return append(out, '\n')
}
