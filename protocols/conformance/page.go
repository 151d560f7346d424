package conformance

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/config/spec"
)

// pageOf is the page of a driver, seen from the driver's package.
func pageOf(driver string) string { return "../../docs/protocols/" + driver + ".md" }

// Page wants the page of a driver to have the tables of all its keys, as the driver describes them. With update it writes
// them there.
func Page(t testing.TB, driver config.Driver, update bool) {
	t.Helper()
	page := pageOf(driver.Name)
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	from, end := fmt.Appendf(nil, "<!-- keys: made by go test ./protocols/%s -update -->\n", driver.Name), []byte("<!-- end of keys -->")
	head, rest, found := bytes.Cut(text, from)
	_, tail, foundToo := bytes.Cut(rest, end)
	if !found || !foundToo {
		t.Fatalf("%s has no place for the keys", page)
	}
	want := bytes.Join([][]byte{head, from, keysOf(t, driver), end, tail}, nil)
	if bytes.Equal(text, want) {
		return
	}
	if !update {
		t.Fatalf("%s is stale: go test ./protocols/%s -run Page -update", page, driver.Name)
	}
	if err := os.WriteFile(page, want, 0o644); err != nil { //nolint:gosec // a page is for everybody
		t.Fatal(err)
	}
}

// keysOf are the tables of all keys.
func keysOf(t testing.TB, driver config.Driver) (out []byte) {
	t.Helper()
	catalog, err := config.NewCatalog([]config.Driver{driver}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct{ name, heading string }{
		{"endpoint", "In the query of the endpoint"}, {"device", "Of a device"}, {"tag", "Of a tag"},
	} {
		out = fmt.Appendf(out, "\n### %s\n\n", part.heading)
		out = spec.AppendMarkdown(out, catalog.Options("driver", driver.Name, part.name), 4)
	}
	return append(out, '\n')
}

// ExampleWorks wants the first example on the page of the driver to be a device that reads something in each of its groups.
func (k Kit) ExampleWorks(t testing.TB) {
	t.Helper()
	text, err := os.ReadFile(pageOf(k.Driver.Spec().Name))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(text, []byte("```yaml\n"))
	example, _, _ := bytes.Cut(rest, []byte("```"))
	site, err := k.Parse("site: x\n" + string(example))
	if err != nil {
		t.Fatalf("%v\n%s", err, example)
	}
	plans := k.Compile(t, &site.Devices[0]).Plans()
	if want := len(site.Devices[0].Groups); len(plans) != want {
		t.Errorf("%d groups have %d plans", want, len(plans))
	}
	for i, p := range plans {
		if p.Steps() == 0 {
			t.Errorf("group %s reads nothing", site.Devices[0].Groups[i].Name)
		}
	}
}
